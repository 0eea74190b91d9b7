using System.Collections.Immutable;

namespace Coppice.Network.Nftables;

/// <summary>
/// Counts what shares want of a table: several may want the same chain or member of a set, which stays until none does. What was counted
/// is immutable, so that the next count begins with it at no cost.
/// </summary>
internal sealed class RuleTally
{
    private readonly ImmutableDictionary<string, NftChain>.Builder _chains;
    private readonly ImmutableDictionary<string, NftSet>.Builder _sets;
    private readonly Dictionary<string, ImmutableDictionary<string, string>.Builder> _elements = [];

    // How many more than one want a chain (of no set), a set (no key), or an element.
    private readonly ImmutableDictionary<(string Set, string Key), int>.Builder _more;
    private readonly ImmutableDictionary<UdpRoute, int>.Builder _udp;

    // Who has what only one can have; known only while nothing was taken over.
    private readonly Dictionary<(string Set, string Key), RuleOwner?>? _takenBy;

    private readonly HashSet<string> _touchedChains = [];
    private readonly Dictionary<string, HashSet<string>> _touched = [];

    public RuleTally()
    {
        _chains = ImmutableDictionary.CreateBuilder<string, NftChain>();
        _sets = ImmutableDictionary.CreateBuilder<string, NftSet>();
        _more = ImmutableDictionary.CreateBuilder<(string, string), int>();
        _udp = ImmutableDictionary.CreateBuilder<UdpRoute, int>();
        _takenBy = [];
    }

    public RuleTally(Counted before) =>
        (_chains, _sets, _more, _udp) = (before.Chains.ToBuilder(), before.Sets.ToBuilder(), before.More.ToBuilder(), before.Udp.ToBuilder());

    /// <summary>Two want what only one can have.</summary>
    public bool IsContested { get; private set; }

    /// <returns>What of it somebody else has already, who came first.</returns>
    public IReadOnlyList<RuleWarning> Add(RuleShare share)
    {
        var contested = new List<RuleWarning>();
        foreach (var set in share.Sets)
        {
            if (!WantMore(_sets.ContainsKey(set.Name), set.Name, ""))
            {
                _sets[set.Name] = set with { Elements = ImmutableDictionary<string, string>.Empty };
            }

            Touch(set.Name);
        }

        foreach (var chain in share.Chains)
        {
            WantMore(_chains.ContainsKey(chain.Name), "", chain.Name);
            _chains[chain.Name] = chain;
            _touchedChains.Add(chain.Name);
        }

        foreach (var (set, key, value) in share.Elements)
        {
            Touch(set).Add(key);
            var elements = ElementsOf(set);
            if (WantMore(elements.ContainsKey(key), set, key))
            {
                // Members of a set may be wanted by several; a map's key leads to one place, the first one's. Who has the address, has the
                // endpoints behind it.
                IsContested |= value.Length > 0;
                if (value.Length > 0 && !RuleNames.IsEndpoints(set) && share.Owner is { } owner)
                {
                    contested.Add(new RuleWarning(owner, RuleReasons.Conflict, $"{key.Replace(" . ", " ")} is already taken by {_takenBy?.GetValueOrDefault((set, key))}"));
                }
            }
            else
            {
                elements[key] = value;
                if (value.Length > 0)
                {
                    _takenBy?.Add((set, key), share.Owner);
                }
            }
        }

        foreach (var route in share.UdpRoutes)
        {
            _udp[route] = _udp.GetValueOrDefault(route) + 1;
        }

        return contested;
    }

    public void Remove(RuleShare share)
    {
        foreach (var (set, key, _) in share.Elements)
        {
            Touch(set).Add(key);
            if (!WantLess(set, key))
            {
                ElementsOf(set).Remove(key);
            }
        }

        foreach (var chain in share.Chains)
        {
            _touchedChains.Add(chain.Name);
            if (!WantLess("", chain.Name))
            {
                _chains.Remove(chain.Name);
            }
        }

        foreach (var set in share.Sets)
        {
            Touch(set.Name);
            if (!WantLess(set.Name, ""))
            {
                _sets.Remove(set.Name);
                _elements.Remove(set.Name);
            }
        }

        foreach (var route in share.UdpRoutes)
        {
            if (--_udp[route] == 0)
            {
                _udp.Remove(route);
            }
        }
    }

    public NftTable ToTable(ImmutableArray<RuleShare> shares, IReadOnlyList<RuleWarning> warnings)
    {
        foreach (var (name, elements) in _elements)
        {
            _sets[name] = _sets[name] with { Elements = elements.ToImmutable() };
        }

        var counted = new Counted(_chains.ToImmutable(), _sets.ToImmutable(), _more.ToImmutable(), _udp.ToImmutable(), IsContested);
        return new NftTable(counted.Chains, counted.Sets, counted.Udp, warnings) { Shares = shares, Tally = counted };
    }

    public TableStep StepFrom(NftTable before) => new(new WeakReference<NftTable>(before), _touchedChains, _touched);

    private bool WantMore(bool isThere, string set, string key)
    {
        if (isThere)
        {
            _more[(set, key)] = _more.GetValueOrDefault((set, key)) + 1;
        }

        return isThere;
    }

    /// <returns>Whether others still want it.</returns>
    private bool WantLess(string set, string key)
    {
        if (!_more.TryGetValue((set, key), out var more))
        {
            return false;
        }

        if (more == 1)
        {
            _more.Remove((set, key));
        }
        else
        {
            _more[(set, key)] = more - 1;
        }

        return true;
    }

    private ImmutableDictionary<string, string>.Builder ElementsOf(string set)
    {
        if (!_elements.TryGetValue(set, out var elements))
        {
            _elements[set] = elements = ((ImmutableDictionary<string, string>)_sets[set].Elements).ToBuilder();
        }

        return elements;
    }

    private HashSet<string> Touch(string set)
    {
        if (!_touched.TryGetValue(set, out var keys))
        {
            _touched[set] = keys = [];
        }

        return keys;
    }

    /// <summary>What was counted.</summary>
    /// <param name="IsContested">Two want what only one can have.</param>
    internal sealed record Counted(
        ImmutableDictionary<string, NftChain> Chains,
        ImmutableDictionary<string, NftSet> Sets,
        ImmutableDictionary<(string Set, string Key), int> More,
        ImmutableDictionary<UdpRoute, int> Udp,
        bool IsContested);
}
