using Coppice.Web;
using Microsoft.Extensions.Logging;

namespace Coppice.Composition;

/// <summary>
/// What works in this process until it is stopped, and what is put away after it. It is stopped so: 1. The web server takes no more
/// connections, and those that there are end with their next answer. 2. What works by itself ends. 3. What was kept is put away, the last
/// first: the web server answers what runs, and tells whoever watches that it is over; a store is closed last.
/// </summary>
internal sealed partial class RunningLoops(TimeProvider time, ILogger log) : IAsyncDisposable
{
    private static readonly TimeSpan EndWithin = TimeSpan.FromSeconds(15);

    private readonly CancellationTokenSource _stopping = new();
    private readonly List<Task> _loops = [];
    private readonly List<IAsyncDisposable> _parts = [];
    private WebServer? _host;

    public bool AreStopping => _stopping.IsCancellationRequested;

    public Task<Task> FirstToEnd => Task.WhenAny(_loops);

    public void Run(Func<CancellationToken, Task> loop) => _loops.Add(loop(_stopping.Token));

    public void Run(IEnumerable<Func<CancellationToken, Task>> loops) => _loops.AddRange(loops.Select(loop => loop(_stopping.Token)));

    /// <summary>Is put away when all loops have ended, before what was kept before it.</summary>
    public T Keep<T>(T part) where T : IAsyncDisposable
    {
        _parts.Add(part);
        return part;
    }

    public void Serve(WebServer host) => _host = Keep(host);

    public async ValueTask DisposeAsync()
    {
        _ = _host?.LeaveAsync();
        await _stopping.CancelAsync();
        try
        {
            await Task.WhenAll(_loops).WaitAsync(EndWithin, time);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            LogStoppedBadly(e);
        }

        foreach (var part in Enumerable.Reverse(_parts))
        {
            await part.DisposeAsync();
        }

        _stopping.Dispose();
    }

    [LoggerMessage(1002, LogLevel.Error, "A part of the cluster did not stop cleanly")]
    private partial void LogStoppedBadly(Exception e);
}
