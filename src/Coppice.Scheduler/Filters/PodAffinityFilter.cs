using Coppice.Objects;

namespace Coppice.Scheduler;

/// <summary>Required affinity and anti-affinity to other pods: the pod's own, and the anti-affinity of those that are there already.</summary>
internal sealed class PodAffinityFilter : IFilter
{
    private static readonly Rejection NotNear = Rejection.Unresolvable("node(s) didn't match pod affinity rules");

    private static readonly Rejection TooNear = Rejection.Resolvable("node(s) didn't match pod anti-affinity rules");

    private static readonly Rejection KeptAway = Rejection.Resolvable("node(s) didn't satisfy existing pods anti-affinity rules");

    public ClusterEvents WokenBy =>
        ClusterEvents.NodeAdded | ClusterEvents.NodeLabels | ClusterEvents.PodGone | ClusterEvents.PodAssigned | ClusterEvents.NamespaceLabels;

    public NodeTest? For(PodInfo pod, ClusterSnapshot cluster)
    {
        var existing = cluster.Sums.RequiredAntiAffinity.About(pod, cluster.Namespaces).Select(term => term.Counts).ToList();
        if (pod.RequiredAffinity.Count == 0 && pod.RequiredAntiAffinity.Count == 0 && existing.Count == 0)
        {
            return null;
        }

        // Pods that all of the terms are about, near by each of the terms.
        var all = pod.RequiredAffinity.Select(term => term.Pods).ToValueList();
        var affinity = pod.RequiredAffinity.Select(term => cluster.PodsOf(all, term.TopologyKey)).ToList();
        var antiAffinity = pod.RequiredAntiAffinity.Select(term => cluster.PodsOf([term.Pods], term.TopologyKey)).ToList();
        // The first of a group that wants to be together has nobody to join.
        var isFirst = affinity.TrueForAll(counts => counts.IsEmpty) && pod.RequiredAffinity.All(term => term.Pods.Matches(pod, cluster.Namespaces));
        return node =>
            !(isFirst ? HasDomains(node, pod.RequiredAffinity) : affinity.TrueForAll(counts => counts.Of(node) > 0)) ? NotNear
            : antiAffinity.Exists(counts => counts.Of(node) > 0) ? TooNear
            : existing.Exists(counts => counts.Of(node) > 0) ? KeptAway
            : null;
    }

    private static bool HasDomains(NodeInfo node, IReadOnlyList<AffinityTerm> terms) => terms.All(term => node.Labels.ContainsKey(term.TopologyKey));
}
