namespace Coppice.Network.Nftables;

/// <summary>Finds the shares that the kernel does not take, by trying the others without them: nothing is changed by it.</summary>
internal static class RuleIsolation
{
    // Two for each halving on the way to one among millions, some times over. Who comes after that is left out with its neighbours.
    private const int TrialsMax = 200;

    /// <param name="tryOut">What is wrong with a ruleset; null for one that the kernel would take.</param>
    /// <returns>Each with the kernel's reason; none if all are taken one by one, or if the node's own share is refused.</returns>
    public static IReadOnlyList<(RuleShare Share, string Reason)> Find(NftTable whole, Func<NftTable, string?> tryOut)
    {
        var refused = new List<(RuleShare, string)>();
        var trials = 0;
        if (tryOut(whole.Only(_ => false)) is null)
        {
            Search([.. whole.Shares.Where(share => share.Owner is not null)]);
        }

        return refused;

        void Search(IReadOnlyList<RuleShare> suspects)
        {
            if (suspects.Count == 0)
            {
                return;
            }

            var among = suspects.ToHashSet();
            if (tryOut(whole.Only(among.Contains)) is not { } reason)
            {
                return;
            }

            if (suspects.Count == 1 || ++trials > TrialsMax)
            {
                refused.AddRange(suspects.Select(share => (share, reason)));
                return;
            }

            Search([.. suspects.Take(suspects.Count / 2)]);
            Search([.. suspects.Skip(suspects.Count / 2)]);
        }
    }
}
