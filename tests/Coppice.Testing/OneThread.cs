namespace Coppice.Testing;

/// <summary>
/// Runs asynchronous code on the calling thread, one continuation after another, and stops when there is nothing left to run: with a
/// <see cref="ManualTime"/> a test of loops and timers is as deterministic as one of a function.
/// </summary>
public sealed class OneThread : SynchronizationContext
{
    private readonly Queue<(SendOrPostCallback Callback, object? State)> _queue = new();

    public override void Post(SendOrPostCallback d, object? state)
    {
        lock (_queue)
        {
            _queue.Enqueue((d, state));
        }
    }

    public override void Send(SendOrPostCallback d, object? state) => d(state);

    /// <summary>Does something here, and all that follows from it without time passing.</summary>
    public void Run(Action action)
    {
        Post(_ => action(), null);
        RunUntilIdle();
    }

    public void RunUntilIdle()
    {
        var outer = Current;
        SetSynchronizationContext(this);
        try
        {
            while (TryTake(out var next))
            {
                next.Callback(next.State);
            }
        }
        finally
        {
            SetSynchronizationContext(outer);
        }
    }

    private bool TryTake(out (SendOrPostCallback Callback, object? State) next)
    {
        lock (_queue)
        {
            return _queue.TryDequeue(out next);
        }
    }
}
