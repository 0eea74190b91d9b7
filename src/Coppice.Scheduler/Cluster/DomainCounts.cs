namespace Coppice.Scheduler;

/// <summary>A number for each domain of a label. Domains that come to 0 are forgotten.</summary>
internal sealed class DomainCounts(TopologyDomains domains)
{
    private readonly Dictionary<int, int> _counts = [];

    // How many domains have which number: few numbers for many domains.
    private readonly SortedDictionary<int, int> _domainsWith = [];

    public TopologyDomains Domains => domains;

    public bool IsEmpty => _counts.Count == 0;

    /// <summary>How many domains have a number.</summary>
    public int Count => _counts.Count;

    /// <summary>The smallest of the numbers, of which there must be one.</summary>
    public int Least => _domainsWith.First().Key;

    /// <summary>That of the node's domain; 0 if it is in none.</summary>
    public int Of(NodeInfo node) => _counts.GetValueOrDefault(domains.Of(node));

    public void Add(NodeInfo node, int number)
    {
        var domain = domains.Of(node);
        if (domain == TopologyDomains.None || number == 0)
        {
            return;
        }

        var before = _counts.GetValueOrDefault(domain);
        var now = before + number;
        if (now == 0)
        {
            _counts.Remove(domain);
        }
        else
        {
            _counts[domain] = now;
            _domainsWith[now] = _domainsWith.GetValueOrDefault(now) + 1;
        }

        if (before != 0 && (_domainsWith[before] -= 1) == 0)
        {
            _domainsWith.Remove(before);
        }
    }
}
