namespace Coppice.Client;

/// <summary>The pauses between tries of what fails: a first one, then each twice as long as the one before, up to the longest.</summary>
public readonly record struct Backoff(TimeSpan First, TimeSpan Longest)
{
    /// <param name="failures">In a row; after the first the first pause is due.</param>
    public TimeSpan After(int failures)
    {
        var factor = Math.Pow(2, Math.Max(failures - 1, 0));
        return First.TotalSeconds * factor < Longest.TotalSeconds ? First * factor : Longest;
    }

    /// <summary>The pause that follows upon another; the first one if there was none.</summary>
    public TimeSpan Next(TimeSpan before) =>
        before <= TimeSpan.Zero ? First
        : before < Longest / 2 ? before * 2
        : Longest;
}
