using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Coppice.Store.Sqlite;

/// <summary>
/// How long the disk takes for what is written, said for people: everybody who changes anything waits for it, and nothing else tells why.
/// Begun and ended by the writer thread; read by any.
/// </summary>
internal sealed partial class WritePace(string directory, TimeProvider time, ILogger logger)
{
    /// <summary>A hundred times what a disk takes that deserves the name; with this, lists of controllers' and agents' errands begin to grow.</summary>
    private static readonly TimeSpan SlowFrom = TimeSpan.FromSeconds(1);

    /// <summary>A disk that is slow is not so at each write.</summary>
    private static readonly TimeSpan RememberedFor = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private long? _begun;
    private (TimeSpan Took, long At)? _slow;

    public string Directory => directory;

    /// <summary>What should be known of it; null for nothing.</summary>
    public string? Remark
    {
        get
        {
            lock (_gate)
            {
                if (_begun is { } begun && time.GetElapsedTime(begun) is var waiting && waiting >= SlowFrom)
                {
                    return Told($"a write has been under way for {Seconds(waiting)}");
                }

                return IsSlow ? Told($"a write took {Seconds(_slow!.Value.Took)}") : null;
            }
        }
    }

    private bool IsSlow => _slow is { } slow && time.GetElapsedTime(slow.At) < RememberedFor;

    public void Begin()
    {
        lock (_gate)
        {
            _begun = time.GetTimestamp();
        }
    }

    public void End()
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            var took = time.GetElapsedTime(_begun ?? now, now);
            _begun = null;
            if (took < SlowFrom)
            {
                return;
            }

            if (!IsSlow)
            {
                LogSlow(directory, took.TotalSeconds);
            }

            _slow = (took, now);
        }
    }

    private string Told(string what) =>
        $"The disk under {directory} is slow: {what}. Everything that changes waits for it; what runs and what is read does not.";

    private static string Seconds(TimeSpan span) => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.0} s");

    [LoggerMessage(7004, LogLevel.Warning, "The disk under {Directory} is slow: a write took {Seconds:0.0} s")]
    private partial void LogSlow(string directory, double seconds);
}
