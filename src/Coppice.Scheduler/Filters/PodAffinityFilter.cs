namespace Coppice.Scheduler;

/// <summary>Required wishes about neighbours: the pod's own, and those of the pods that are there already.</summary>
internal sealed class PodAffinityFilter : IFilter
{
    private static readonly Rejection NotNear = Rejection.Final("node(s) didn't match pod affinity rules");

    private static readonly Rejection NotFar = Rejection.ForNow("node(s) didn't match pod anti-affinity rules");

    private static readonly Rejection Repelled = Rejection.ForNow("node(s) didn't satisfy existing pods anti-affinity rules");

    public ClusterEvents WokenBy =>
        ClusterEvents.NodeAdded | ClusterEvents.NodeLabels | ClusterEvents.PodGone | ClusterEvents.PodPlaced | ClusterEvents.NamespaceLabels;

    public NodeTest? For(PodDemand pod, ClusterSnapshot cluster)
    {
        var repelled = PlacesThatRepel(pod, cluster);
        if (pod.Near.Count == 0 && pod.Far.Count == 0 && repelled.IsEmpty)
        {
            return null;
        }

        var near = PlacesNear(pod, cluster);
        var taken = PlacesTaken(pod, cluster);
        // The first of a group that wants to be together has nobody to join.
        var isFirst = pod.Near.Count > 0 && near.IsEmpty && pod.Near.All(t => t.Matches(pod, cluster));
        return node =>
            !pod.Near.All(t => isFirst ? node.Labels.ContainsKey(t.TopologyKey) : near.Has(node, t.TopologyKey)) ? NotNear
            : pod.Far.Any(t => taken.Has(node, t.TopologyKey)) ? NotFar
            : repelled.HasAny(node) ? Repelled
            : null;
    }

    private static PlaceSums PlacesThatRepel(PodDemand pod, ClusterSnapshot cluster)
    {
        var places = new PlaceSums();
        if (cluster.Sums.Repelling == 0)
        {
            return places;
        }

        foreach (var node in cluster.Nodes.Where(n => n.Repelling.Count > 0))
        {
            foreach (var other in node.Repelling)
            {
                foreach (var term in other.Far)
                {
                    if (term.Matches(pod, cluster))
                    {
                        places.Add(node, term.TopologyKey, 1);
                    }
                }
            }
        }

        return places;
    }

    /// <summary>Where pods are that all of the wishes mean.</summary>
    private static PlaceSums PlacesNear(PodDemand pod, ClusterSnapshot cluster)
    {
        var places = new PlaceSums();
        if (pod.Near.Count == 0)
        {
            return places;
        }

        foreach (var node in cluster.Nodes)
        {
            if (node.Pods.Any(other => pod.Near.All(t => t.Matches(other, cluster))))
            {
                foreach (var term in pod.Near)
                {
                    places.Add(node, term.TopologyKey, 1);
                }
            }
        }

        return places;
    }

    private static PlaceSums PlacesTaken(PodDemand pod, ClusterSnapshot cluster)
    {
        var places = new PlaceSums();
        foreach (var term in pod.Far)
        {
            foreach (var node in cluster.Nodes)
            {
                if (node.Pods.Any(other => term.Matches(other, cluster)))
                {
                    places.Add(node, term.TopologyKey, 1);
                }
            }
        }

        return places;
    }
}
