namespace Coppice.Client.Metrics;

/// <summary>How often something was measured, and what, by buckets. Any thread may add to it and read it.</summary>
/// <param name="bounds">The upper ones, in order; beyond the last there is another bucket.</param>
public sealed class Histogram(params double[] bounds)
{
    private readonly Lock _gate = new();
    private readonly long[] _counts = new long[bounds.Length + 1];
    private double _sum;

    /// <summary>The upper bounds for spans of time in seconds that double from the first on.</summary>
    public static double[] Doubling(double first, int count) => Growing(first, 2, count);

    /// <summary>Upper bounds of which each is so many times the one before.</summary>
    public static double[] Growing(double first, double factor, int count) => [.. Enumerable.Range(0, count).Select(i => first * Math.Pow(factor, i))];

    /// <summary>How often something was measured.</summary>
    public long Count
    {
        get
        {
            lock (_gate)
            {
                return _counts.Sum();
            }
        }
    }

    public void Observe(TimeSpan span) => Observe(span.TotalSeconds);

    public void Observe(double value)
    {
        var bucket = Array.BinarySearch(bounds, value);
        lock (_gate)
        {
            _counts[bucket < 0 ? ~bucket : bucket]++;
            _sum += value;
        }
    }

    /// <summary>Its samples as they are now; none before the first measurement.</summary>
    public void WriteTo(MetricsText.Family family, params ReadOnlySpan<(string Name, string Value)> labels)
    {
        long[] counts;
        double sum;
        lock (_gate)
        {
            (counts, sum) = ([.. _counts], _sum);
        }

        if (counts.Any(count => count > 0))
        {
            family.Buckets(bounds, counts, sum, labels);
        }
    }
}
