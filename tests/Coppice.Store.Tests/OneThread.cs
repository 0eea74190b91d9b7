namespace Coppice.Store.Tests;

/// <summary>Runs asynchronous work on the calling thread alone, first come, first served; what leaves it is noticed.</summary>
internal sealed class OneThread : SynchronizationContext
{
    private readonly Queue<(SendOrPostCallback Work, object? State)> queue = new();
    private readonly int _thread = Environment.CurrentManagedThreadId;

    public static void Run(Func<Task> work)
    {
        var outer = Current;
        var inner = new OneThread();
        SetSynchronizationContext(inner);
        try
        {
            var all = work();
            while (inner.queue.TryDequeue(out var next))
            {
                next.Work(next.State);
            }

            Assert.True(all.IsCompleted, "the work waits for something that no other work here will do");
            all.GetAwaiter().GetResult();
        }
        finally
        {
            SetSynchronizationContext(outer);
        }
    }

    public override void Post(SendOrPostCallback d, object? state)
    {
        Assert.Equal(_thread, Environment.CurrentManagedThreadId);
        queue.Enqueue((d, state));
    }
}
