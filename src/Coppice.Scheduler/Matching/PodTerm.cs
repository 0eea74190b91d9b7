using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;

namespace Coppice.Scheduler;

/// <summary>A wish of a pod about its neighbours: which pods are meant, and what counts as the same place.</summary>
/// <param name="TopologyKey">Nodes with the same value of this label are one place.</param>
/// <param name="Weight">For preferences, 1 to 100.</param>
internal sealed record PodTerm(LabelQuery Pods, ValueList<string> Namespaces, LabelQuery? NamespaceLabels, string TopologyKey, int Weight)
{
    public static IReadOnlyList<PodTerm> All(Pod pod, ValueList<PodAffinityTerm> terms) =>
        terms.IsEmpty ? [] : [.. terms.Select(t => Of(pod, t, 0))];

    public static IReadOnlyList<PodTerm> All(Pod pod, ValueList<WeightedPodAffinityTerm> terms) =>
        terms.IsEmpty ? [] : [.. terms.Select(t => Of(pod, t.PodAffinityTerm, t.Weight))];

    public bool Matches(PodDemand other, ClusterSnapshot cluster) =>
        (Namespaces.Contains(other.Namespace)
            || (NamespaceLabels is { } labels && (labels.IsEverything || labels.Matches(cluster.NamespaceLabels(other.Namespace)))))
        && Pods.Matches(other.Labels);

    /// <summary>A selector narrowed to pods that agree with this one in some labels: pods of the same revision, say.</summary>
    public static LabelQuery Narrow(LabelSelector? selector, Pod pod, ValueList<string> same, ValueList<string> different)
    {
        var query = LabelQuery.Of(selector);
        var labels = pod.Metadata.Labels;
        foreach (var key in same)
        {
            if (labels.TryGetValue(key, out var value))
            {
                query = new(query.Requirements.Add(new(key, LabelOperator.In, [value])));
            }
        }

        foreach (var key in different)
        {
            if (labels.TryGetValue(key, out var value))
            {
                query = new(query.Requirements.Add(new(key, LabelOperator.NotIn, [value])));
            }
        }

        return query;
    }

    private static PodTerm Of(Pod pod, PodAffinityTerm term, int weight) => new(
        Narrow(term.LabelSelector, pod, term.MatchLabelKeys, term.MismatchLabelKeys),
        term.Namespaces.IsEmpty && term.NamespaceSelector is null ? [pod.Metadata.Namespace ?? ""] : term.Namespaces,
        term.NamespaceSelector is null ? null : LabelQuery.Of(term.NamespaceSelector),
        term.TopologyKey,
        weight);
}
