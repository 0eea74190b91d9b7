using Coppice.Objects;

namespace Coppice.Scheduler;

/// <summary>Pods to count by domain: those that are in all of the selections, of which there is one at least, on the nodes that are included.</summary>
internal sealed record PodCount(ValueList<PodSelection> Pods, NodeInclusion Nodes, string TopologyKey)
{
    public bool Counts(PodInfo pod, IReadOnlyDictionary<string, ValueMap<string>> namespaces)
    {
        foreach (var selection in Pods)
        {
            if (!selection.Matches(pod, namespaces))
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>Nodes to count by domain.</summary>
internal sealed record NodeCount(NodeInclusion Nodes, string TopologyKey);

/// <summary>
/// How many pods and nodes of a kind are in which domain. Counted when first asked for, and from then on kept up as pods and nodes come
/// and go: pods of one owner ask for the same, one after the other.
/// </summary>
internal sealed class TopologyCounts
{
    /// <summary>When there are more, all are counted anew as they are asked for: among them are those that nobody asks for any longer.</summary>
    private const int CountsMax = 10_000;

    private readonly LabelIndex<PodCount, DomainCounts> _pods = new(what => what.Pods[0].Pods);
    private readonly Dictionary<NodeCount, DomainCounts> _nodes = [];

    /// <param name="domains">Of its topology key.</param>
    public DomainCounts Of(PodCount what, TopologyDomains domains, ClusterSnapshot cluster)
    {
        if (_pods.Find(what) is { } known)
        {
            return known;
        }

        var counts = new DomainCounts(domains);
        foreach (var node in cluster.Nodes)
        {
            if (what.Nodes.Includes(node))
            {
                counts.Add(node, node.Pods.Count(pod => what.Counts(pod, cluster.Namespaces)));
            }
        }

        _pods.Add(what, counts);
        return counts;
    }

    /// <param name="domains">Of its topology key.</param>
    public DomainCounts Of(NodeCount what, TopologyDomains domains, ClusterSnapshot cluster)
    {
        if (_nodes.TryGetValue(what, out var counts))
        {
            return counts;
        }

        counts = new(domains);
        foreach (var node in cluster.Nodes)
        {
            counts.Add(node, what.Nodes.Includes(node) ? 1 : 0);
        }

        return _nodes[what] = counts;
    }

    /// <param name="sign">1 for a pod that is on the node now, -1 for one that was.</param>
    public void Add(PodInfo pod, NodeInfo node, int sign, IReadOnlyDictionary<string, ValueMap<string>> namespaces)
    {
        if (_pods.Count == 0)
        {
            return;
        }

        foreach (var (what, counts) in _pods.Among(pod.Labels))
        {
            if (what.Counts(pod, namespaces) && what.Nodes.Includes(node))
            {
                counts.Add(node, sign);
            }
        }
    }

    /// <summary>The node alone, without its pods.</summary>
    public void Add(NodeInfo node, int sign)
    {
        foreach (var (what, counts) in _nodes)
        {
            counts.Add(node, what.Nodes.Includes(node) ? sign : 0);
        }
    }

    /// <summary>Nobody goes on counting by what was given before.</summary>
    public void Bound()
    {
        if (_pods.Count > CountsMax)
        {
            _pods.Clear();
        }

        if (_nodes.Count > CountsMax)
        {
            _nodes.Clear();
        }
    }

    /// <summary>What was counted by labels of namespaces that are others now.</summary>
    public void ForgetNamespaces() => _pods.RemoveWhere(what => what.Pods.Any(selection => selection.NamespaceLabels is not null));
}
