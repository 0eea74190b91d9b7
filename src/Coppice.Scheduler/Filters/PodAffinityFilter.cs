using Coppice.Objects;

namespace Coppice.Scheduler;

/// <summary>Required affinity and anti-affinity to other pods: the pod's own, and the anti-affinity of those that are there already.</summary>
internal sealed class PodAffinityFilter : IFilter
{
    public static readonly Rejection KeptAway = Rejection.Resolvable("node(s) didn't satisfy existing pods anti-affinity rules");

    private static readonly Rejection NotNear = Rejection.Unresolvable("node(s) didn't match pod affinity rules");

    private static readonly Rejection TooNear = Rejection.Resolvable("node(s) didn't match pod anti-affinity rules");

    public ClusterEvents WokenBy =>
        ClusterEvents.NodeAdded | ClusterEvents.NodeLabels | ClusterEvents.PodGone | ClusterEvents.PodAssigned | ClusterEvents.NamespaceLabels;

    public bool LooksBeyondNode => true;

    /// <summary>A pod that is, or will be, on a node keeps another one away from there.</summary>
    public static bool KeepsAway(PodInfo there, PodInfo pod, NodeInfo node, IReadOnlyDictionary<string, ValueMap<string>> namespaces)
    {
        foreach (var term in there.RequiredAntiAffinity)
        {
            if (node.Labels.ContainsKey(term.TopologyKey) && term.Pods.Matches(pod, namespaces))
            {
                return true;
            }
        }

        return false;
    }

    public NodeTest? For(PodInfo pod, ClusterSnapshot cluster)
    {
        var existing = cluster.Sums.RequiredAntiAffinity.About(pod, cluster.Namespaces).Select(term => term.Counts).ToArray();
        if (pod.RequiredAffinity.Count == 0 && pod.RequiredAntiAffinity.Count == 0 && existing.Length == 0)
        {
            return null;
        }

        // Pods that all of the terms are about, near by each of the terms.
        var all = pod.RequiredAffinity.Select(term => term.Pods).ToValueList();
        var affinity = pod.RequiredAffinity.Select(term => cluster.PodsOf(all, term.TopologyKey)).ToArray();
        var antiAffinity = pod.RequiredAntiAffinity.Select(term => cluster.PodsOf([term.Pods], term.TopologyKey)).ToArray();
        // The first of a group that wants to be together has nobody to join.
        var mayBeFirst = pod.RequiredAffinity.All(term => term.Pods.Matches(pod, cluster.Namespaces));
        return node =>
            !IsNear(node) ? NotNear
            : HasAny(antiAffinity, node) ? TooNear
            : HasAny(existing, node) ? KeptAway
            : null;

        bool IsNear(NodeInfo node)
        {
            var isFirst = mayBeFirst;
            foreach (var counts in affinity)
            {
                isFirst &= counts.IsEmpty;
            }

            for (var i = 0; i < affinity.Length; i++)
            {
                if (isFirst ? affinity[i].Domains.Of(node) == TopologyDomains.None : affinity[i].Of(node) == 0)
                {
                    return false;
                }
            }

            return true;
        }
    }

    private static bool HasAny(DomainCounts[] all, NodeInfo node)
    {
        foreach (var counts in all)
        {
            if (counts.Of(node) > 0)
            {
                return true;
            }
        }

        return false;
    }
}
