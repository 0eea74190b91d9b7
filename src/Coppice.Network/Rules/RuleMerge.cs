namespace Coppice.Network.Rules;

/// <summary>Puts the shares of all owners together. Pure.</summary>
internal static class RuleMerge
{
    public static Ruleset Merge(IReadOnlyList<RuleShare> shares)
    {
        var chains = new Dictionary<string, RuleChain>(shares.Count * 2);
        var sets = new Dictionary<string, RuleSet>();
        var elements = new Dictionary<string, Dictionary<string, string>>();
        var udp = new HashSet<UdpRoute>();
        var conflicts = new List<string>();
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
                if (!elements[set].TryAdd(key, value) && value.Length > 0)
                {
                    conflicts.Add($"{share.Owner} wants {key.Replace(" . ", " ")}, which is already taken");
                }
            }

            foreach (var route in share.UdpRoutes)
            {
                udp.Add(route);
            }
        }

        return new Ruleset(chains, sets, udp, conflicts);
    }
}
