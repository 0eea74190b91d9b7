using Coppice.Client;
using Coppice.Objects;

namespace Coppice.Scheduler;

/// <summary>Pods to count by domain: those that are in all of the selections, on the nodes that are included.</summary>
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
    /// <summary>Each of them is looked at whenever a pod comes or goes, so those are forgotten that were not asked for longest.</summary>
    private const int CountsMax = 1_000;

    private readonly RecentTable<PodCount, DomainCounts> _pods = new(CountsMax);
    private readonly RecentTable<NodeCount, DomainCounts> _nodes = new(CountsMax);

    public DomainCounts Of(PodCount what, ClusterSnapshot cluster)
    {
        if (_pods.TryGet(what, out var counts))
        {
            return counts;
        }

        counts = new(what.TopologyKey);
        foreach (var node in cluster.Nodes)
        {
            if (what.Nodes.Includes(node))
            {
                counts.Add(node, node.Pods.Count(pod => what.Counts(pod, cluster.Namespaces)));
            }
        }

        _pods.Set(what, counts);
        return counts;
    }

    public DomainCounts Of(NodeCount what, ClusterSnapshot cluster)
    {
        if (_nodes.TryGet(what, out var counts))
        {
            return counts;
        }

        counts = new(what.TopologyKey);
        foreach (var node in cluster.Nodes)
        {
            counts.Add(node, what.Nodes.Includes(node) ? 1 : 0);
        }

        _nodes.Set(what, counts);
        return counts;
    }

    /// <param name="sign">1 for a pod that is on the node now, -1 for one that was.</param>
    public void Add(PodInfo pod, NodeInfo node, int sign, IReadOnlyDictionary<string, ValueMap<string>> namespaces)
    {
        foreach (var (what, counts) in _pods.All)
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
        foreach (var (what, counts) in _nodes.All)
        {
            counts.Add(node, what.Nodes.Includes(node) ? sign : 0);
        }
    }

    /// <summary>What was counted by labels of namespaces that are others now.</summary>
    public void ForgetNamespaces() => _pods.RemoveWhere(what => what.Pods.Any(selection => selection.NamespaceLabels is not null));
}
