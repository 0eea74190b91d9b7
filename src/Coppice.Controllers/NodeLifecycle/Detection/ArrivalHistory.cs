namespace Coppice.Controllers.NodeLifecycle.Detection;

/// <summary>
/// How steadily a node is heard, and what silence is too long for it: an accrual failure detector. It suspects a silence that is many
/// standard deviations longer than what the node is used to, and half again as long as the longest that it came back from.
/// </summary>
internal sealed class ArrivalHistory(FailureDetectorOptions options)
{
    /// <summary>Half a minute of beats: what happened before says little of now.</summary>
    private const int Length = 64;

    private const int Settled = 8;

    /// <summary>Were intervals spread as a normal distribution, one false alarm in 10^15 beats; they have longer tails.</summary>
    private const double Deviations = 8;

    private const double LongestFactor = 1.5;

    private readonly double[] _seconds = new double[Length];
    private int _count;

    public void Add(TimeSpan interval) => _seconds[_count++ % Length] = interval.TotalSeconds;

    /// <summary>How long a silence is waited for.</summary>
    public TimeSpan Patience()
    {
        if (options.Fixed is { } given)
        {
            return given;
        }

        if (_count < Settled)
        {
            return options.PatienceUnsettled;
        }

        var known = _seconds.AsSpan(0, Math.Min(_count, Length));
        var (sum, squares, longest) = (0.0, 0.0, 0.0);
        foreach (var one in known)
        {
            (sum, squares, longest) = (sum + one, squares + (one * one), Math.Max(longest, one));
        }

        var mean = sum / known.Length;
        var deviation = Math.Sqrt(Math.Max(0, (squares / known.Length) - (mean * mean)));
        var learned = Math.Max(mean + (Deviations * deviation), LongestFactor * longest);
        return TimeSpan.FromSeconds(Math.Clamp(learned, options.PatienceMin.TotalSeconds, options.PatienceMax.TotalSeconds));
    }
}
