using Coppice.ApiServer.Errors;

namespace Coppice.ApiServer.Fairness;

/// <summary>How many requests are answered at once, and how many may wait.</summary>
public sealed record TurnLimits
{
    /// <summary>Kubernetes' limit for requests that read.</summary>
    public const int Reading = 400;

    /// <summary>Kubernetes' limit for requests that write.</summary>
    public const int Writing = 200;

    public required int Running { get; init; }

    /// <summary>Of one user: beyond this waiting longer makes nothing better, and a client that tries again later costs nothing meanwhile.</summary>
    public int WaitingOfUserMax { get; init; } = 500;

    /// <summary>Of all together: each costs a connection's stream and a few objects.</summary>
    public int WaitingMax { get; init; } = 4000;

    /// <summary>A quarter of the time that a request has, as in Kubernetes: the rest is for its answer.</summary>
    public TimeSpan LongestWait { get; init; } = TimeSpan.FromSeconds(15);
}

/// <summary>
/// Who is answered next when more ask than can be answered at once: each user in turn, however many requests each has, and of one user
/// who came first. Whoever would wait for too long is told to come back.
/// </summary>
internal sealed class RequestTurns(TurnLimits limits, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<Line> _lines = [];
    private readonly Dictionary<string, Line> _byUser = new(StringComparer.Ordinal);
    private int _running;
    private int _waiting;

    /// <summary>Requests that are being answered.</summary>
    public int Running => Volatile.Read(ref _running);

    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Waits for a turn, which ends when it is disposed.</summary>
    /// <exception cref="ApiError">TooManyRequests.</exception>
    public ValueTask<Turn> TakeAsync(string user, CancellationToken stop)
    {
        lock (_gate)
        {
            if (_running < limits.Running)
            {
                _running++;
                return new(new Turn(this));
            }

            var line = _byUser.GetValueOrDefault(user);
            if (_waiting >= limits.WaitingMax || line?.Waiters.Count >= limits.WaitingOfUserMax)
            {
                throw ApiErrors.TooManyRequests();
            }

            if (line is null)
            {
                _byUser[user] = line = new Line(user);
                _lines.AddLast(line);
            }

            _waiting++;
            return WaitAsync(line, line.Waiters.AddLast(new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)), stop);
        }
    }

    private async ValueTask<Turn> WaitAsync(Line line, LinkedListNode<TaskCompletionSource> waiter, CancellationToken stop)
    {
        using var late = new CancellationTokenSource(limits.LongestWait, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, late.Token);
        try
        {
            await waiter.Value.Task.WaitAsync(either.Token);
        }
        catch (OperationCanceledException)
        {
            // Who is called in the same moment has a turn, and gives it on.
            if (!Leave(line, waiter))
            {
                End();
            }

            stop.ThrowIfCancellationRequested();
            throw ApiErrors.TooManyRequests();
        }

        return new Turn(this);
    }

    private bool Leave(Line line, LinkedListNode<TaskCompletionSource> waiter)
    {
        lock (_gate)
        {
            if (waiter.List is null)
            {
                return false;
            }

            Remove(line, waiter);
            return true;
        }
    }

    private void End()
    {
        TaskCompletionSource? next = null;
        lock (_gate)
        {
            if (_lines.First is { Value: var line } first)
            {
                next = line.Waiters.First!.Value;
                _lines.Remove(first);
                _lines.AddLast(first);
                Remove(line, line.Waiters.First);
            }
            else
            {
                _running--;
            }
        }

        next?.SetResult();
    }

    private void Remove(Line line, LinkedListNode<TaskCompletionSource> waiter)
    {
        line.Waiters.Remove(waiter);
        _waiting--;
        if (line.Waiters.Count == 0)
        {
            _lines.Remove(line);
            _byUser.Remove(line.User);
        }
    }

    /// <summary>The requests of one user that wait.</summary>
    private sealed record Line(string User)
    {
        public LinkedList<TaskCompletionSource> Waiters { get; } = [];
    }

    /// <summary>What a request is answered in; nothing for one that takes none.</summary>
    public readonly struct Turn(RequestTurns? turns) : IDisposable
    {
        public void Dispose() => turns?.End();
    }
}
