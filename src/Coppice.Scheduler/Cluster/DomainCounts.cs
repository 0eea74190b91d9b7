namespace Coppice.Scheduler;

/// <summary>
/// A number for each domain, which is the nodes that have the same value of a label. Nodes without the label are in none; domains that
/// come to 0 are forgotten.
/// </summary>
internal sealed class DomainCounts(string topologyKey)
{
    private readonly NameCounts _counts = new();

    public bool IsEmpty => _counts.IsEmpty;

    /// <summary>How many domains have a number.</summary>
    public int Count => _counts.Count;

    /// <summary>The smallest of the numbers.</summary>
    public int Least => _counts.Least;

    /// <summary>That of the node's domain, or 0.</summary>
    public int Of(NodeInfo node) => node.Labels.TryGetValue(topologyKey, out var domain) ? _counts.Of(domain) : 0;

    public void Add(NodeInfo node, int number)
    {
        if (node.Labels.TryGetValue(topologyKey, out var domain))
        {
            _counts.Add(domain, number);
        }
    }
}
