using Microsoft.Extensions.Logging;

namespace Coppice.Client;

/// <summary>
/// Counts events that are not written, and says so in the log: the first at once, what follows within a span in one line at its end.
/// </summary>
internal sealed partial class EventLosses(TimeSpan span, TimeProvider time, ILogger log) : IDisposable
{
    private readonly Lock _gate = new();
    private ITimer? _timer;
    private int _untold;
    private (string? Name, string Reason, string Why) _last;

    /// <summary>Of all that were ever lost.</summary>
    public long Count { get; private set; }

    public void Add(string? name, string reason, string why)
    {
        lock (_gate)
        {
            Count++;
            if (_timer is not null)
            {
                _untold++;
                _last = (name, reason, why);
                return;
            }

            _timer = time.CreateTimer(_ => Tell(), null, span, Timeout.InfiniteTimeSpan);
        }

        LogOne(reason, name, why);
    }

    public void Dispose()
    {
        Tell();
        lock (_gate)
        {
            _timer?.Dispose();
            _timer = null;
        }
    }

    private void Tell()
    {
        int untold;
        (string? Name, string Reason, string Why) last;
        lock (_gate)
        {
            (untold, last, _untold) = (_untold, _last, 0);
            _timer?.Dispose();
            _timer = untold == 0 ? null : time.CreateTimer(_ => Tell(), null, span, Timeout.InfiniteTimeSpan);
        }

        if (untold > 0)
        {
            LogMany(untold, last.Reason, last.Name, last.Why);
        }
    }

    [LoggerMessage(8301, LogLevel.Warning, "The event {Reason} of {Name} was not written: {Why}")]
    private partial void LogOne(string reason, string? name, string why);

    [LoggerMessage(8302, LogLevel.Warning, "{Count} more events were not written; the last was {Reason} of {Name}: {Why}")]
    private partial void LogMany(int count, string reason, string? name, string why);
}
