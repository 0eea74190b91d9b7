using System.Net;

namespace Coppice.Network.Nftables;

/// <summary>The share of one owner (a service port, a host port, the node) in a ruleset: what it adds, not yet merged with others'.</summary>
/// <param name="owner">Null for the node.</param>
internal sealed class RuleShare(RuleOwner? owner)
{
    public RuleOwner? Owner => owner;

    public List<NftChain> Chains { get; } = [];

    /// <summary>Declarations of sets and maps; their elements follow from all shares.</summary>
    public List<NftSet> Sets { get; } = [];

    public List<(string Set, string Key, string Value)> Elements { get; } = [];

    public List<UdpRoute> UdpRoutes { get; } = [];

    public void Chain(string name, params IReadOnlyList<string> rules) => Chains.Add(new NftChain(name, null, rules));

    public void BaseChain(string name, string hook, params IReadOnlyList<string> rules) => Chains.Add(new NftChain(name, hook, rules));

    public void Set(string name, string kind, string declaration) => Sets.Add(new NftSet(name, kind, declaration, NftSet.NoElements));

    public void Verdict(string map, string key, string verdict) => Elements.Add((map, key, verdict));

    public void Member(string set, string key) => Elements.Add((set, key, ""));

    public void Udp(IPAddress? address, int port, EndpointInfo endpoint) =>
        UdpRoutes.Add(new UdpRoute(address?.ToString(), port, endpoint.Address.ToString(), endpoint.Port));

    /// <summary>An address and port, as where packets are translated to.</summary>
    public static string Target(IPAddress address, int port) => new IPEndPoint(address, port).ToString();

    /// <summary>
    /// What some shares want and others don't. Elements that both want are in neither, which are nearly all where one of many endpoints of a
    /// service is another; but not those of a set that is itself wanted anew.
    /// </summary>
    public static (RuleShare Gone, RuleShare Come) Difference(IReadOnlyList<RuleShare> before, IReadOnlyList<RuleShare> now)
    {
        var (gone, come) = (Union(before), Union(now));
        var sets = gone.Sets.Concat(come.Sets).Select(set => set.Name).ToHashSet();
        var left = new Dictionary<(string Set, string Key, string Value), int>();
        foreach (var element in gone.Elements.Where(element => !sets.Contains(element.Set)))
        {
            left[element] = left.GetValueOrDefault(element) + 1;
        }

        come.Elements.RemoveAll(element => Take(left, element));
        gone.Elements.RemoveAll(element => !sets.Contains(element.Set) && !Take(left, element));
        return (gone, come);
    }

    /// <summary>It says the same as another one of the same owner.</summary>
    public bool IsLike(RuleShare other) =>
        ReferenceEquals(this, other)
        || (owner == other.Owner
            && Elements.SequenceEqual(other.Elements)
            && Sets.SequenceEqual(other.Sets)
            && Chains.Count == other.Chains.Count
            && Chains.Zip(other.Chains).All(pair => pair.First.Name == pair.Second.Name && pair.First.Rules.SequenceEqual(pair.Second.Rules)));

    private static RuleShare Union(IReadOnlyList<RuleShare> shares)
    {
        var all = new RuleShare(null);
        foreach (var share in shares)
        {
            all.Chains.AddRange(share.Chains);
            all.Sets.AddRange(share.Sets);
            all.Elements.AddRange(share.Elements);
            all.UdpRoutes.AddRange(share.UdpRoutes);
        }

        return all;
    }

    private static bool Take(Dictionary<(string Set, string Key, string Value), int> elements, (string Set, string Key, string Value) element)
    {
        var count = elements.GetValueOrDefault(element);
        if (count == 0)
        {
            return false;
        }

        elements[element] = count - 1;
        return true;
    }
}
