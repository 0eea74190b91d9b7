using System.Net;

namespace Coppice.Network.Rules;

/// <summary>A ruleset in the making; one a plan.</summary>
internal sealed class RulesetDraft
{
    private readonly Dictionary<string, RuleChain> _chains = [];
    private readonly Dictionary<string, RuleSet> _sets = [];
    private readonly Dictionary<string, Dictionary<string, string>> _elements = [];
    private readonly HashSet<UdpRoute> _udp = [];
    private readonly List<string> _conflicts = [];

    public void Chain(string name, params IReadOnlyList<string> rules) => _chains[name] = new RuleChain(name, null, rules);

    public void BaseChain(string name, string hook, params IReadOnlyList<string> rules) => _chains[name] = new RuleChain(name, hook, rules);

    public void Set(string name, string kind, string declaration)
    {
        var elements = new Dictionary<string, string>();
        _elements[name] = elements;
        _sets[name] = new RuleSet(name, kind, declaration, elements);
    }

    /// <summary>Adds an element if its key is free; says so in the conflicts if another owner has it.</summary>
    public bool Element(string set, string key, string value, string owner)
    {
        if (_elements[set].TryAdd(key, value)) return true;
        _conflicts.Add($"{owner} wants {key.Replace(" . ", " ")}, which is already taken");
        return false;
    }

    /// <summary>An element that several owners may want alike.</summary>
    public void SharedElement(string set, string key) => _elements[set].TryAdd(key, "");

    public void Udp(IPAddress? address, int port, EndpointRules endpoint) =>
        _udp.Add(new UdpRoute(address?.ToString(), port, endpoint.Address.ToString(), endpoint.Port));

    public Ruleset Finish() => new(_chains, _sets, _udp, _conflicts);
}
