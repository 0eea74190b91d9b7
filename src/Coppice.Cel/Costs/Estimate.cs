namespace Coppice.Cel.Costs;

/// <summary>From how much to how much something takes or holds. Sums and products end at the largest number instead of running over.</summary>
internal readonly record struct Estimate(ulong Min, ulong Max)
{
    public static readonly Estimate Unknown = new(0, ulong.MaxValue);

    public static readonly Estimate One = Of(1);

    private const double TwoTo64 = 18446744073709551616d;

    public static Estimate Of(ulong exact) => new(exact, exact);

    public static Estimate operator +(Estimate a, Estimate b) => new(Add(a.Min, b.Min), Add(a.Max, b.Max));

    public static Estimate operator *(Estimate a, Estimate b) => new(Multiply(a.Min, b.Min), Multiply(a.Max, b.Max));

    /// <summary>Rounded up.</summary>
    public static Estimate operator *(Estimate a, double factor) => new(Scale(a.Min, factor), Scale(a.Max, factor));

    /// <summary>What covers both.</summary>
    public Estimate Union(Estimate other) => new(Math.Min(Min, other.Min), Math.Max(Max, other.Max));

    public static ulong Add(ulong a, ulong b) => a > ulong.MaxValue - b ? ulong.MaxValue : a + b;

    public static ulong Multiply(ulong a, ulong b) => b != 0 && a > ulong.MaxValue / b ? ulong.MaxValue : a * b;

    private static ulong Scale(ulong value, double factor) => Math.Ceiling(value * factor) is var scaled && scaled >= TwoTo64 ? ulong.MaxValue : (ulong)scaled;
}
