using System.Collections.Concurrent;
using Coppice.Client.Metrics;

namespace Coppice.ApiServer.Metrics;

/// <summary>How often something was done, and how long it took. Any thread may add.</summary>
/// <param name="bounds">Of the buckets, in seconds.</param>
internal sealed class DurationTally(double[] bounds)
{
    private readonly long[] _counts = new long[bounds.Length + 1];
    private long _ticks;

    public void Add(TimeSpan took)
    {
        var bucket = Array.BinarySearch(bounds, took.TotalSeconds);
        Interlocked.Increment(ref _counts[bucket < 0 ? ~bucket : bucket]);
        Interlocked.Add(ref _ticks, took.Ticks);
    }

    public (long[] Counts, double Seconds) Read() => ([.. _counts], TimeSpan.FromTicks(Interlocked.Read(ref _ticks)).TotalSeconds);
}

/// <summary>One metric: a tally for all values of its labels that were seen together.</summary>
/// <param name="labels">In alphabetical order.</param>
/// <param name="bounds">Of the buckets, in seconds; null where it is only counted.</param>
internal sealed class TallyFamily(string name, string help, IReadOnlyList<string> labels, double[]? bounds = null)
{
    // The names of webhooks and policies come and go: what is too much for us is too much for whoever reads it, and is not told.
    private const int SeriesMax = 10_000;

    private readonly ConcurrentDictionary<string, (string[] Values, DurationTally Tally)> _series = new(StringComparer.Ordinal);

    /// <param name="values">Of the labels, in their order.</param>
    public DurationTally Of(params string[] values)
    {
        var key = string.Join('\n', values);
        return _series.TryGetValue(key, out var known) ? known.Tally
            : _series.Count >= SeriesMax ? new DurationTally(bounds ?? [])
            : _series.GetOrAdd(key, _ => (values, new DurationTally(bounds ?? []))).Tally;
    }

    public void WriteTo(MetricsText text)
    {
        var family = bounds is null ? text.Counter(name, help) : text.Histogram(name, help);
        foreach (var (_, (values, tally)) in _series.OrderBy(one => one.Key, StringComparer.Ordinal))
        {
            var (counts, seconds) = tally.Read();
            (string, string)[] named = [.. labels.Zip(values)];
            if (bounds is null)
            {
                family.Sample(counts[0], null, named);
            }
            else if (counts.Any(count => count > 0))
            {
                family.Buckets(bounds, counts, seconds, named);
            }
        }
    }
}
