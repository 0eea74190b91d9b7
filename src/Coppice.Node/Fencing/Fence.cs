using Coppice.Client.Heartbeats;

namespace Coppice.Node.Fencing;

/// <summary>
/// Whether what must not run twice may run here: while the lease lasts that the server grants with its answers to heartbeats. Every life
/// of the agent goes on with the lease of the one before.
/// </summary>
/// <remarks>A lease is counted from when the heartbeat was sent that it answers, so that it ends here before it ends for the server.</remarks>
public sealed class Fence : IDisposable
{
    private readonly IFenceGuard _guard;
    private readonly Action<Exception> _failed;
    private readonly Lock _gate = new();
    private readonly SortedSet<string> _pods;
    private readonly ITimer _end;
    private IReadOnlyList<string> _promised = [];
    private TimeSpan _until;
    private bool _isOpen;
    private bool _isKept = true;
    private int _openings;

    /// <param name="failed">Told what keeps the guard from being told.</param>
    public Fence(IFenceGuard guard, TimeProvider time, Action<Exception> failed)
    {
        (_guard, _failed) = (guard, failed);
        _pods = new(guard.Current.Pods, StringComparer.Ordinal);
        _until = guard.Current.Until;
        _isOpen = _until > guard.Uptime;
        _end = time.CreateTimer(_ => End(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Arm();
    }

    /// <summary>The lease began anew, or is over. Told on any thread; ask <see cref="IsOpen"/>.</summary>
    public event Action? Changed;

    /// <summary>There is more to say with the next heartbeat. Told on any thread.</summary>
    public event Action? Added;

    /// <summary>The server has heard of more. Told on any thread; ask <see cref="IsPromised"/>.</summary>
    public event Action? Promised;

    /// <summary>It may run now.</summary>
    public bool IsOpen
    {
        get
        {
            lock (_gate)
            {
                return _isOpen && _until > _guard.Uptime;
            }
        }
    }

    /// <summary>How often it has opened: what was known before the last time may be long untrue.</summary>
    public int Openings
    {
        get
        {
            lock (_gate)
            {
                return _openings;
            }
        }
    }

    /// <summary>From now on the guard ends this pod with the lease.</summary>
    public void Add(string pod)
    {
        if (Change(() => _pods.Add(pod)))
        {
            Added?.Invoke();
        }
    }

    /// <summary>The server knows that the guard ends this pod with the lease: of a node that is gone it replaces no others.</summary>
    public bool IsPromised(string pod)
    {
        lock (_gate)
        {
            return _promised.Contains(pod);
        }
    }

    /// <param name="guarded">What a heartbeat said that was answered with a grant.</param>
    public void Heard(IReadOnlyList<string> guarded)
    {
        bool isNews;
        lock (_gate)
        {
            isNews = guarded.Except(_promised).Any();
            _promised = guarded;
        }

        if (isNews)
        {
            Promised?.Invoke();
        }
    }

    /// <summary>Nothing of the pod is left.</summary>
    public void Remove(string pod) => Change(() => _pods.Remove(pod));

    /// <summary>Of the pods that the life before guarded these are left.</summary>
    public void Retain(IEnumerable<string> pods)
    {
        var left = pods.ToHashSet(StringComparer.Ordinal);
        Change(() => _pods.RemoveWhere(pod => !left.Contains(pod)) > 0);
    }

    /// <summary>What the agent can say for the pods here. Before the heartbeat that says it is sent, the guard knows.</summary>
    public Beat Say(string session)
    {
        lock (_gate)
        {
            var left = _until - _guard.Uptime;
            return new(session, left > TimeSpan.Zero ? left : TimeSpan.Zero, _isKept && _guard.IsAwake ? [.. _pods] : []);
        }
    }

    /// <summary>What leases are counted by.</summary>
    public TimeSpan Uptime => _guard.Uptime;

    /// <param name="sentAt">When the heartbeat that was answered was sent, by the machine's uptime.</param>
    public void Granted(TimeSpan sentAt, TimeSpan grant)
    {
        bool opened;
        lock (_gate)
        {
            if (grant <= TimeSpan.Zero || sentAt + grant <= _until)
            {
                return;
            }

            // Over in the meantime, though nobody has looked.
            opened = !_isOpen || _until <= _guard.Uptime;
            _openings += opened ? 1 : 0;
            (_until, _isOpen) = (sentAt + grant, true);
            Keep();
            Arm();
        }

        if (opened)
        {
            Changed?.Invoke();
        }
    }

    public void Dispose() => _end.Dispose();

    private void End()
    {
        lock (_gate)
        {
            if (!_isOpen || _until > _guard.Uptime)
            {
                Arm();
                return;
            }

            _isOpen = false;
        }

        Changed?.Invoke();
    }

    private bool Change(Func<bool> change)
    {
        lock (_gate)
        {
            if (!change())
            {
                return false;
            }

            Keep();
            return true;
        }
    }

    private void Keep()
    {
        try
        {
            _guard.Keep(new(_until, [.. _pods]));
            _isKept = true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It goes by what it was told before, which ends sooner. Nothing is promised that it does not know.
            _isKept = false;
            _failed(e);
        }
    }

    // Timers are steady and may lag behind the uptime where the machine sleeps: looked at again when they go off.
    private void Arm()
    {
        var left = _until - _guard.Uptime;
        if (_isOpen)
        {
            _end.Change(left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }
}
