using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Scheduler;

/// <summary>A term of a pod's affinity or anti-affinity to other pods.</summary>
/// <param name="TopologyKey">Nodes with the same value of this label are one domain.</param>
/// <param name="Weight">What a pod that it is about adds to the score of its domain: below 0 for anti-affinity, 0 if the term is required.</param>
internal sealed record AffinityTerm(PodSelection Pods, string TopologyKey, int Weight)
{
    public static IReadOnlyList<AffinityTerm> Required(Pod pod, ValueList<PodAffinityTerm> terms) =>
        terms.IsEmpty ? [] : [.. terms.Select(t => new AffinityTerm(PodSelection.Of(t, pod), t.TopologyKey, 0))];

    public static IReadOnlyList<AffinityTerm> Preferred(Pod pod, ValueList<WeightedPodAffinityTerm> terms, int sign) =>
        terms.IsEmpty ? [] : [.. terms.Select(t => new AffinityTerm(PodSelection.Of(t.PodAffinityTerm, pod), t.PodAffinityTerm.TopologyKey, sign * t.Weight))];
}
