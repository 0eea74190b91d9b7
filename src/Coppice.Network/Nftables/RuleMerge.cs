namespace Coppice.Network.Nftables;

/// <summary>Puts the shares of all owners together. Pure.</summary>
internal static class RuleMerge
{
    /// <param name="warnings">What was wrong before it came to this.</param>
    public static NftTable Merge(IReadOnlyList<RuleShare> shares, IReadOnlyList<RuleWarning> warnings)
    {
        var chains = new Dictionary<string, NftChain>(shares.Count * 2);
        var sets = new Dictionary<string, NftSet>();
        var elements = new Dictionary<string, Dictionary<string, string>>();
        var takenBy = new Dictionary<(string Set, string Key), RuleOwner?>();
        var udp = new HashSet<UdpRoute>();
        var all = new List<RuleWarning>(warnings);
        foreach (var set in shares.SelectMany(share => share.Sets))
        {
            var own = elements[set.Name] = [];
            sets[set.Name] = set with { Elements = own };
        }

        foreach (var share in shares)
        {
            foreach (var chain in share.Chains)
            {
                chains[chain.Name] = chain;
            }

            foreach (var (set, key, value) in share.Elements)
            {
                // Members of a set may be wanted by several; a map's key leads to one place, the first one's.
                if (elements[set].TryAdd(key, value))
                {
                    if (value.Length > 0)
                    {
                        takenBy[(set, key)] = share.Owner;
                    }
                }
                else if (value.Length > 0 && share.Owner is { } owner)
                {
                    all.Add(new RuleWarning(owner, RuleReasons.Conflict, $"{key.Replace(" . ", " ")} is already taken by {takenBy[(set, key)]}"));
                }
            }

            foreach (var route in share.UdpRoutes)
            {
                udp.Add(route);
            }
        }

        return new NftTable(chains, sets, udp, all) { Shares = shares };
    }
}
