using System.Net;

namespace Coppice.Network.Rules;

/// <summary>The share of one owner (a service port, a host port, the node) in a ruleset: what it adds, not yet merged with others'.</summary>
/// <param name="owner">Null for the node.</param>
internal sealed class RuleShare(RuleOwner? owner)
{
    public RuleOwner? Owner => owner;

    public List<RuleChain> Chains { get; } = [];

    /// <summary>Declarations of sets and maps; their elements follow from all shares.</summary>
    public List<RuleSet> Sets { get; } = [];

    public List<(string Set, string Key, string Value)> Elements { get; } = [];

    public List<UdpRoute> UdpRoutes { get; } = [];

    public void Chain(string name, params IReadOnlyList<string> rules) => Chains.Add(new RuleChain(name, null, rules));

    public void BaseChain(string name, string hook, params IReadOnlyList<string> rules) => Chains.Add(new RuleChain(name, hook, rules));

    public void Set(string name, string kind, string declaration) => Sets.Add(new RuleSet(name, kind, declaration, RuleSet.NoElements));

    public void Verdict(string map, string key, string verdict) => Elements.Add((map, key, verdict));

    public void Member(string set, string key) => Elements.Add((set, key, ""));

    public void Udp(IPAddress? address, int port, EndpointRules endpoint) =>
        UdpRoutes.Add(new UdpRoute(address?.ToString(), port, endpoint.Address.ToString(), endpoint.Port));

    /// <summary>It says the same as another one of the same owner.</summary>
    public bool IsLike(RuleShare other) =>
        ReferenceEquals(this, other)
        || (owner == other.Owner
            && Elements.SequenceEqual(other.Elements)
            && Sets.SequenceEqual(other.Sets)
            && Chains.Count == other.Chains.Count
            && Chains.Zip(other.Chains).All(pair => pair.First.Name == pair.Second.Name && pair.First.Rules.SequenceEqual(pair.Second.Rules)));
}
