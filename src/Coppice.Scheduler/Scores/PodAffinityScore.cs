namespace Coppice.Scheduler;

/// <summary>Wishes about neighbours that may be denied: the pod's, and those of the pods that are there about it.</summary>
internal sealed class PodAffinityScore : IScore
{
    /// <summary>A required wish of a pod that is there already counts as a slight preference of it, too.</summary>
    private const int RequiredNearWeight = 1;

    public int Weight => 2;

    public long[]? Rate(PodDemand pod, ClusterSnapshot cluster, IReadOnlyList<NodeView> nodes)
    {
        var hasWishes = pod.RatherNear.Count + pod.RatherFar.Count > 0;
        if (!hasWishes && cluster.Sums.Wishing == 0)
        {
            return null;
        }

        var byPlace = new PlaceSums();
        foreach (var node in cluster.Nodes)
        {
            foreach (var other in hasWishes ? node.Pods : node.Wishing)
            {
                Add(pod.RatherNear, other, 1);
                Add(pod.RatherFar, other, -1);
                AddBack(other.Near, _ => RequiredNearWeight);
                AddBack(other.RatherNear, t => t.Weight);
                AddBack(other.RatherFar, t => -t.Weight);
            }

            void Add(IReadOnlyList<PodTerm> terms, PodDemand other, int sign)
            {
                foreach (var term in terms)
                {
                    if (term.Matches(other, cluster))
                    {
                        byPlace.Add(node, term.TopologyKey, sign * term.Weight);
                    }
                }
            }

            void AddBack(IReadOnlyList<PodTerm> terms, Func<PodTerm, int> weight)
            {
                foreach (var term in terms)
                {
                    if (term.Matches(pod, cluster))
                    {
                        byPlace.Add(node, term.TopologyKey, weight(term));
                    }
                }
            }
        }

        if (byPlace.IsEmpty)
        {
            return null;
        }

        var sums = nodes.Select(byPlace.Of).ToArray();
        var (least, most) = (sums.Min(), sums.Max());
        return least == most ? null : [.. sums.Select(s => IScore.Best * (s - least) / (most - least))];
    }
}
