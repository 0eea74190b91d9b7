using System.Threading.Channels;
using Coppice.Node.Runtime;

namespace Coppice.Contracts.Runtimes;

/// <summary>Collects a runtime's events beside a test.</summary>
internal sealed class RuntimeWatch : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource stop = new();
    private readonly Channel<RuntimeEvent> events = Channel.CreateUnbounded<RuntimeEvent>();
    private readonly Task reading;

    private RuntimeWatch(IContainerRuntime runtime) => reading = ReadAsync(runtime);

    /// <summary>Completes when the watch has ended, with what ended it.</summary>
    public Task Reading => reading;

    // What ends between the list and the watch's beginning is made up for by the watch itself.
    public static async Task<RuntimeWatch> StartAsync(IContainerRuntime runtime)
    {
        var watch = new RuntimeWatch(runtime);
        await runtime.ListAsync(CancellationToken.None);
        return watch;
    }

    public async Task<RuntimeEvent> UntilAsync(Func<RuntimeEvent, bool> wanted)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (await events.Reader.WaitToReadAsync(limit.Token))
        {
            while (events.Reader.TryRead(out var one))
            {
                if (wanted(one)) return one;
            }
        }
        throw new InvalidOperationException("The watch ended before the event came");
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await reading.ContinueWith(_ => { }, TaskScheduler.Default);
        stop.Dispose();
    }

    private async Task ReadAsync(IContainerRuntime runtime)
    {
        try
        {
            await foreach (var one in runtime.WatchAsync(stop.Token)) events.Writer.TryWrite(one);
        }
        finally
        {
            events.Writer.TryComplete();
        }
    }
}
