using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Scheduler;

/// <summary>The nodes that the pod's preferred node affinity means.</summary>
/// <param name="Added">What all pods prefer beside that; null for nothing.</param>
internal sealed record NodeAffinityScore(NodeAffinity? Added = null) : IScore
{
    public long[]? Score(PodInfo pod, ClusterSnapshot cluster, NodeInfo[] nodes)
    {
        PreferredSchedulingTerm[] terms = [.. TermsOf(pod.Pod.Spec.Affinity?.NodeAffinity), .. TermsOf(Added)];
        return terms.Length == 0
            ? null
            : IScore.Normalize(Array.ConvertAll(nodes, n => terms.Where(t => NodeSelectors.Matches(t.Preference, n.Node)).Sum(t => (long)t.Weight)));
    }

    private static ValueList<PreferredSchedulingTerm> TermsOf(NodeAffinity? affinity) => affinity?.PreferredDuringSchedulingIgnoredDuringExecution ?? default;
}
