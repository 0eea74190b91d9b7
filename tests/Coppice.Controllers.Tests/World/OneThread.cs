namespace Coppice.Controllers.Tests.World;

/// <summary>Runs asynchronous work on the calling thread alone, first come, first served; what leaves it is noticed.</summary>
internal abstract class OneThread : SynchronizationContext, IDisposable
{
    private readonly Queue<(SendOrPostCallback Work, object? State)> queue = new();
    private readonly SynchronizationContext? _outer = Current;
    private readonly int _thread = Environment.CurrentManagedThreadId;

    protected OneThread() => SetSynchronizationContext(this);

    /// <summary>What runs until it is stopped; its failure is the test's.</summary>
    protected Task? Running { get; set; }

    protected CancellationTokenSource Stop { get; } = new();

    public override void Post(SendOrPostCallback d, object? state)
    {
        Assert.Equal(_thread, Environment.CurrentManagedThreadId);
        queue.Enqueue((d, state));
    }

    /// <summary>Lets everything work until nothing moves any more.</summary>
    public void Settle()
    {
        for (var steps = 0; queue.TryDequeue(out var next); steps++)
        {
            Assert.True(steps < 1_000_000, "the controllers never come to rest");
            next.Work(next.State);
        }

        if (Running is { IsFaulted: true })
        {
            Running.GetAwaiter().GetResult();
        }
    }

    public void Dispose()
    {
        Stop.Cancel();
        Settle();
        SetSynchronizationContext(_outer);
        Stop.Dispose();
    }
}
