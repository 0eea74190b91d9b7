using System.Collections.Immutable;

namespace Coppice.Network.Nftables;

/// <summary>Puts the shares of all owners together. Pure.</summary>
internal static class RuleMerge
{
    /// <param name="warnings">What was wrong before it came to this.</param>
    public static NftTable Merge(ImmutableArray<RuleShare> shares, IReadOnlyList<RuleWarning> warnings)
    {
        var tally = new RuleTally();
        var all = new List<RuleWarning>(warnings);
        foreach (var share in shares)
        {
            all.AddRange(tally.Add(share));
        }

        return tally.ToTable(shares, all);
    }

    /// <summary>The same from an earlier table, at the cost of what is different. Null where it must be put together anew.</summary>
    public static NftTable? Update(NftTable before, ImmutableArray<RuleShare> shares, IReadOnlyList<RuleWarning> warnings)
    {
        // Two that want the same are told apart by their order, which is lost here; the node's own share has the sets of all others.
        if (before.Tally is not { IsContested: false } counted || !ReferenceEquals(before.Shares[0], shares[0]))
        {
            return null;
        }

        var (gone, come) = Different(before.Shares, shares);
        var (lost, gained) = RuleShare.Difference(gone, come);
        var tally = new RuleTally(counted);
        tally.Remove(lost);
        tally.Add(gained);
        return tally.IsContested ? null : tally.ToTable(shares, warnings) with { Step = tally.StepFrom(before) };
    }

    /// <summary>What is the same is at the same places, but for those that it has moved by.</summary>
    private static (List<RuleShare> Gone, List<RuleShare> Come) Different(ImmutableArray<RuleShare> before, ImmutableArray<RuleShare> now)
    {
        var (first, last) = CommonEnds.Of(before, now);
        var gone = before[first..^last].ToHashSet();
        var come = now[first..^last].ToHashSet();
        return (gone.Where(share => !come.Contains(share)).ToList(), come.Where(share => !gone.Contains(share)).ToList());
    }
}
