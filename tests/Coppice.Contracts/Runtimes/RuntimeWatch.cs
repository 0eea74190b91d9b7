using System.Threading.Channels;
using Coppice.Node.Runtime;

namespace Coppice.Contracts.Runtimes;

/// <summary>Collects a runtime's events beside a test.</summary>
internal sealed class RuntimeWatch : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<RuntimeEvent> _events = Channel.CreateUnbounded<RuntimeEvent>();
    private readonly Task _reading;

    private RuntimeWatch(IContainerRuntime runtime) => _reading = ReadAsync(runtime);

    /// <summary>Completes when the watch has ended, with what ended it.</summary>
    public Task Reading => _reading;

    /// <summary>Without a list: what has ended since the last one is told by the watch.</summary>
    public static RuntimeWatch Start(IContainerRuntime runtime) => new(runtime);

    // What ends between the list and the watch's beginning is made up for by the watch itself.
    public static async Task<RuntimeWatch> StartAsync(IContainerRuntime runtime)
    {
        var watch = Start(runtime);
        await runtime.ListAsync(CancellationToken.None);
        return watch;
    }

    public async Task<RuntimeEvent> UntilAsync(Func<RuntimeEvent, bool> wanted)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (await _events.Reader.WaitToReadAsync(limit.Token))
        {
            while (_events.Reader.TryRead(out var one))
            {
                if (wanted(one))
                {
                    return one;
                }
            }
        }

        throw new InvalidOperationException("The watch ended before the event came");
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reading.ContinueWith(_ => { }, TaskScheduler.Default);
        _stop.Dispose();
    }

    private async Task ReadAsync(IContainerRuntime runtime)
    {
        try
        {
            await foreach (var one in runtime.WatchAsync(_stop.Token))
            {
                _events.Writer.TryWrite(one);
            }
        }
        finally
        {
            _events.Writer.TryComplete();
        }
    }
}
