namespace Coppice.Scheduler;

/// <summary>
/// Preferred affinity and anti-affinity to other pods: the pod's own, and that of the pods that are there already, whose required
/// affinity counts a little, too.
/// </summary>
internal sealed class PodAffinityScore : IScore
{
    public int Weight => 2;

    public long[]? Score(PodInfo pod, ClusterSnapshot cluster, IReadOnlyList<NodeInfo> nodes)
    {
        var own = pod.PreferredAffinity.Concat(pod.PreferredAntiAffinity).Select(term => (Term: term, Counts: cluster.PodsOf([term.Pods], term.TopologyKey)));
        var all = own.Concat(cluster.Sums.ScoredAffinity.About(pod, cluster.Namespaces)).Where(term => !term.Counts.IsEmpty).ToList();
        if (all.Count == 0)
        {
            return null;
        }

        var sums = new long[nodes.Count];
        for (var i = 0; i < sums.Length; i++)
        {
            foreach (var (term, counts) in all)
            {
                sums[i] += (long)term.Weight * counts.Of(nodes[i]);
            }
        }

        var (least, most) = (sums.Min(), sums.Max());
        return least == most ? null : [.. sums.Select(s => IScore.MaxNodeScore * (s - least) / (most - least))];
    }
}
