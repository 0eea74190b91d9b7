using Coppice.Client.Heartbeats;

namespace Coppice.Controllers.NodeLifecycle.Detection;

/// <param name="For">How long nothing was heard, as far as we listened.</param>
/// <param name="Patience">How long a silence of this node is waited for.</param>
internal readonly record struct Silence(TimeSpan For, TimeSpan Patience);

/// <summary>
/// What nodes said of themselves, in memory: when each was last heard, how steadily, and until when its guarded pods may run by what it
/// was granted. A server that starts knows nothing, takes no node for gone by it, and learns within seconds.
/// </summary>
/// <remarks>
/// A grant is a lease: counted by the agent from when it sent the heartbeat, and here from when it came, which is later. So guarded pods
/// have ended before they are taken to have. Whoever takes a node for gone <see cref="Distrust">distrusts</see> it first, and from then
/// on nothing is granted, until it is trusted again.
/// </remarks>
public sealed class NodeHeartbeats(FailureDetectorOptions options, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan LeaveWithin = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan LeaveLook = TimeSpan.FromMilliseconds(50);

    private readonly AttentiveClock _clock = new(time);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Line> _lines = new(StringComparer.Ordinal);
    private readonly long _began = time.GetTimestamp();
    private IDisposable? _ticking;
    private bool _isLeaving;

    /// <summary>A node was heard that had not been, or that was taken for gone. Told on the thread of whoever brings the heartbeat.</summary>
    internal event Action<string>? Heard;

    /// <summary>Of a node over the network.</summary>
    /// <param name="closed">Cancelled when the connection that it came by is closed, by the agent or by its machine.</param>
    public BeatAnswer Take(string node, Beat beat, CancellationToken closed) => Take(node, beat, closed, isBeside: false);

    /// <summary>The line of the node in this process. That it is heard says nothing of the network, and that it is not says nothing of the node.</summary>
    public IHeartbeatLine Beside(string node) => new OwnLine(this, node);

    /// <summary>
    /// This server stops, and is back soon: whoever is heard from now on is granted the time of a restart. Completes when all were who are
    /// heard at all, or when they should have been.
    /// </summary>
    public async Task LeaveAsync()
    {
        lock (_gate)
        {
            _isLeaving = true;
        }

        for (var waited = TimeSpan.Zero; waited < LeaveWithin && IsAwaited(); waited += LeaveLook)
        {
            await Task.Delay(LeaveLook, time);
        }
    }

    /// <summary>Nobody listens any more.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _ticking?.Dispose();
        }
    }

    /// <returns>Null for a node that has never been heard over the network.</returns>
    internal Silence? Of(string node)
    {
        lock (_gate)
        {
            return _lines.GetValueOrDefault(node) is { IsBeside: false } line ? new(_clock.Now - line.At, PatienceWith(line)) : null;
        }
    }

    /// <returns>How long ago the node in this process was heard; null for any other.</returns>
    internal TimeSpan? SilenceBeside(string node)
    {
        lock (_gate)
        {
            return _lines.GetValueOrDefault(node) is { IsBeside: true } line ? _clock.Now - line.At : null;
        }
    }

    /// <summary>From now on the node is granted nothing.</summary>
    internal void Distrust(string node)
    {
        lock (_gate)
        {
            if (_lines.GetValueOrDefault(node) is { } line)
            {
                line.IsDistrusted = true;
            }
        }
    }

    /// <summary>What it guards may run again.</summary>
    internal void Trust(string node)
    {
        lock (_gate)
        {
            if (_lines.GetValueOrDefault(node) is { } line)
            {
                line.IsDistrusted = false;
            }
        }
    }

    /// <summary>In what time a guarded pod of a distrusted node has ended for certain; null for one of which nothing is certain.</summary>
    internal TimeSpan? EndsWithin(string node, string pod)
    {
        lock (_gate)
        {
            if (_lines.GetValueOrDefault(node) is not { IsDistrusted: true } line || !line.Guarded.Contains(pod))
            {
                return null;
            }

            var left = line.LeaseEnd + options.TermMargin - Uptime;
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    private TimeSpan Uptime => time.GetElapsedTime(_began);

    private BeatAnswer Take(string node, Beat beat, CancellationToken closed, bool isBeside)
    {
        bool isNews;
        BeatAnswer answer;
        lock (_gate)
        {
            // A clock that nobody needs does not tick.
            _ticking ??= _clock.Start();
            var now = _clock.Now;
            var line = _lines.GetValueOrDefault(node);
            isNews = line is null or { IsDistrusted: true };
            if (line is not null && line.Session == beat.Session && (beat.Number < line.Number || beat.Unanswered > options.UnansweredMax))
            {
                // Of how things were before what is known already; or from one that hears nothing: if it hears this, its next one counts.
                return new(options.BeatEvery, TimeSpan.Zero, line.IsDistrusted);
            }

            if (line is null)
            {
                _lines[node] = line = new Line(new ArrivalHistory(options)) { IsBeside = isBeside };
            }
            else if (line.Session == beat.Session && !IsExcused(line) && now - line.At <= options.PatienceMax)
            {
                // A false alarm is learned from; a machine that was off, or an agent that was started anew, is not.
                line.History.Add(now - line.At);
            }

            (line.At, line.Session, line.IsLeaving, line.Closed, line.Guarded) = (now, beat.Session, beat.IsLeaving, closed, beat.Guarded);
            (line.Number, line.IsTold) = (beat.Number, _isLeaving);
            answer = new(_lines.Count > options.ManyNodes ? options.BeatEveryOfMany : options.BeatEvery, Grant(line), line.IsDistrusted);
            var end = Uptime + (answer.Grant > beat.LeaseLeft ? answer.Grant : beat.LeaseLeft);
            line.LeaseEnd = line.LeaseEnd > end ? line.LeaseEnd : end;
        }

        if (isNews)
        {
            Heard?.Invoke(node);
        }

        return answer;
    }

    private TimeSpan Grant(Line line) =>
        line.IsDistrusted ? TimeSpan.Zero : line.IsLeaving || _isLeaving ? options.LeavePatience : options.Term;

    // Somebody who lives does not know yet that this server goes.
    private bool IsAwaited()
    {
        lock (_gate)
        {
            return _lines.Values.Any(line => !line.IsBeside && !line.IsTold && _clock.Now - line.At < LeaveWithin);
        }
    }

    private static bool IsExcused(Line line) => line.IsLeaving || line.Closed.IsCancellationRequested;

    private TimeSpan PatienceWith(Line line)
    {
        var learned = line.History.Patience();
        var excused = line.IsLeaving ? options.LeavePatience : line.Closed.IsCancellationRequested ? options.CrashPatience : TimeSpan.Zero;
        return learned > excused ? learned : excused;
    }

    /// <summary>What is known of one node.</summary>
    private sealed class Line(ArrivalHistory history)
    {
        public ArrivalHistory History { get; } = history;

        public bool IsBeside { get; init; }

        /// <summary>When it was last heard, by the attentive clock.</summary>
        public TimeSpan At { get; set; }

        public string Session { get; set; } = "";

        public long Number { get; set; }

        public bool IsLeaving { get; set; }

        /// <summary>It was answered since this server is leaving.</summary>
        public bool IsTold { get; set; }

        public CancellationToken Closed { get; set; }

        public IReadOnlyList<string> Guarded { get; set; } = [];

        /// <summary>Until when they may run by all that was granted, counted from when this process began to listen.</summary>
        public TimeSpan LeaseEnd { get; set; }

        public bool IsDistrusted { get; set; }
    }

    private sealed class OwnLine(NodeHeartbeats heartbeats, string node) : IHeartbeatLine
    {
        public ValueTask<BeatAnswer> BeatAsync(Beat beat, CancellationToken stop) => new(heartbeats.Take(node, beat, default, isBeside: true));
    }
}
