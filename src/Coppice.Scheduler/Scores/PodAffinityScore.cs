namespace Coppice.Scheduler;

/// <summary>
/// Preferred affinity and anti-affinity to other pods: the pod's own, and that of the pods that are there already, whose required
/// affinity counts, too.
/// </summary>
/// <param name="RequiredWeight">What a required affinity of a pod that is there adds to the score of its domain for those that it is about.</param>
/// <param name="IgnoresPreferred">What pods that are there prefer does not count for a pod that prefers nothing itself.</param>
internal sealed record PodAffinityScore(int RequiredWeight = 1, bool IgnoresPreferred = false) : IScore
{
    public long[]? Score(PodInfo pod, ClusterSnapshot cluster, NodeInfo[] nodes)
    {
        var all = TermsAbout(pod, cluster);
        if (all.Count == 0)
        {
            return null;
        }

        var sums = new long[nodes.Length];
        foreach (var (weight, counts) in all)
        {
            for (var i = 0; i < sums.Length; i++)
            {
                sums[i] += (long)weight * counts.Of(nodes[i]);
            }
        }

        var (least, most) = (sums.Min(), sums.Max());
        return least == most ? null : Array.ConvertAll(sums, sum => IScore.MaxNodeScore * (sum - least) / (most - least));
    }

    private List<(int Weight, DomainCounts Counts)> TermsAbout(PodInfo pod, ClusterSnapshot cluster)
    {
        var all = new List<(int Weight, DomainCounts Counts)>();
        foreach (var term in pod.PreferredAffinity.Concat(pod.PreferredAntiAffinity))
        {
            all.Add((term.Weight, cluster.PodsOf([term.Pods], term.TopologyKey)));
        }

        if (all.Count == 0 && IgnoresPreferred)
        {
            return all;
        }

        all.AddRange(cluster.Sums.PreferredAffinity.About(pod, cluster.Namespaces).Select(about => (about.Term.Weight, about.Counts)));
        if (RequiredWeight > 0)
        {
            all.AddRange(cluster.Sums.RequiredAffinity.About(pod, cluster.Namespaces).Select(about => (RequiredWeight, about.Counts)));
        }

        all.RemoveAll(one => one.Counts.IsEmpty);
        return all;
    }
}
