using Coppice.Objects.Flowcontrol;

namespace Coppice.ApiServer.Fairness;

/// <summary>How many seats a level has: by its share, at least (the rest is lent), at most (with what it borrows).</summary>
internal readonly record struct SeatLimits(int Nominal, int Min, int Max);

/// <summary>What a level asks for, when seats are given out anew.</summary>
/// <param name="High">The most seats at any moment since the last time.</param>
/// <param name="Smooth">What it asked for before and now, which sinks slowly.</param>
internal readonly record struct SeatRequest(SeatLimits Limits, bool IsExempt, double High, double Smooth)
{
    /// <summary>It has at least its part of what it used, as far as that part is its own.</summary>
    public double Least => IsExempt ? Math.Max(Limits.Min, High) : Math.Max(Limits.Min, Math.Min(Limits.Nominal, High));

    public double Target => Math.Max(Least, Smooth);
}

/// <summary>Who gets how many of the server's seats, as Kubernetes computes it.</summary>
internal static class SeatPlanner
{
    // With an adjustment every ten seconds, half of an old demand is forgotten in five minutes.
    private const double Memory = 0.977;

    private const int SharesDefault = 30;

    /// <summary>The limits of levels, by their shares of the server's seats.</summary>
    public static IReadOnlyList<SeatLimits> Limits(IReadOnlyList<PriorityLevelConfigurationSpec> levels, int seats)
    {
        var all = Math.Max(1, levels.Sum(SharesOf));
        return [.. levels.Select(level => LimitsOf(level, seats, all))];
    }

    /// <summary>What a level asks for, after what it asked for before.</summary>
    public static double Smooth(double before, DemandStatistics now)
    {
        var envelope = Math.Min(now.High, now.Average + now.Deviation);
        return Math.Max(envelope, (Memory * before) + ((1 - Memory) * envelope));
    }

    /// <summary>The seats of each level: all are given the same part of what they ask for, within their limits.</summary>
    public static (IReadOnlyList<int> Seats, double Fraction) Share(IReadOnlyList<SeatRequest> levels, int seats)
    {
        var left = seats - levels.Where(level => level.IsExempt).Sum(level => level.Least);
        var fraction = Fraction([.. levels.Where(level => !level.IsExempt)], left);
        return ([.. levels.Select(level => (int)Math.Round(level.IsExempt ? level.Least : Part(level, fraction)))], fraction);
    }

    /// <summary>The part with which nothing is left; none if not even the least is there for all.</summary>
    private static double Fraction(SeatRequest[] levels, double seats)
    {
        var (low, high) = (0.0, levels.Where(level => level.Target > 0).Select(level => level.Limits.Max / level.Target).DefaultIfEmpty(0).Max());
        for (var i = 0; i < 50; i++)
        {
            var middle = (low + high) / 2;
            (low, high) = levels.Sum(level => Part(level, middle)) > seats ? (low, middle) : (middle, high);
        }

        return low;
    }

    private static double Part(SeatRequest level, double fraction) => Math.Max(level.Least, Math.Min(level.Limits.Max, fraction * level.Target));

    private static SeatLimits LimitsOf(PriorityLevelConfigurationSpec level, int seats, int shares)
    {
        var nominal = (int)Math.Ceiling((double)seats * SharesOf(level) / shares);
        var lent = Part(nominal, (level.Limited?.LendablePercent ?? level.Exempt?.LendablePercent) ?? 0);
        var max = level.Limited?.BorrowingLimitPercent is { } percent ? nominal + Part(nominal, percent) : seats;
        return new(nominal, nominal - lent, Math.Max(max, nominal));
    }

    private static int SharesOf(PriorityLevelConfigurationSpec level) =>
        level.Limited is { } limited ? limited.NominalConcurrencyShares ?? SharesDefault : level.Exempt?.NominalConcurrencyShares ?? 0;

    private static int Part(int nominal, int percent) => (int)Math.Round(nominal * percent / 100.0);
}
