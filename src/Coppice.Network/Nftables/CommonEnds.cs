using System.Collections.Immutable;

namespace Coppice.Network.Nftables;

internal static class CommonEnds
{
    /// <summary>How many at the beginning of two lists, and how many of the rest at their end, are the same objects.</summary>
    public static (int First, int Last) Of<T>(ImmutableArray<T> before, ImmutableArray<T> now) where T : class
    {
        var (first, shorter) = (0, Math.Min(before.Length, now.Length));
        while (first < shorter && ReferenceEquals(before[first], now[first]))
        {
            first++;
        }

        var last = 0;
        while (last < shorter - first && ReferenceEquals(before[^(last + 1)], now[^(last + 1)]))
        {
            last++;
        }

        return (first, last);
    }
}
