using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;

namespace Coppice.Scheduler;

/// <summary>The pods that an affinity term or a spread constraint is about.</summary>
/// <param name="NamespaceLabels">Chooses namespaces beside the named ones; null for none.</param>
/// <param name="IncludesTerminating">Pods that are being deleted are among them.</param>
internal sealed record PodSelection(LabelQuery Pods, ValueList<string> Namespaces, LabelQuery? NamespaceLabels, bool IncludesTerminating)
{
    public static PodSelection Of(PodAffinityTerm term, Pod pod) => new(
        Narrow(term.LabelSelector, pod, term.MatchLabelKeys, term.MismatchLabelKeys),
        term.Namespaces.IsEmpty && term.NamespaceSelector is null ? [pod.Metadata.Namespace ?? ""] : term.Namespaces,
        term.NamespaceSelector is null ? null : LabelQuery.Of(term.NamespaceSelector),
        IncludesTerminating: true);

    public static PodSelection Of(TopologySpreadConstraint constraint, Pod pod) => new(
        Narrow(constraint.LabelSelector, pod, constraint.MatchLabelKeys, default), [pod.Metadata.Namespace ?? ""], null, IncludesTerminating: false);

    public static PodSelection Of(LabelQuery pods, string ns) => new(pods, [ns], null, IncludesTerminating: false);

    /// <param name="namespaces">The labels of every namespace.</param>
    public bool Matches(PodInfo pod, IReadOnlyDictionary<string, ValueMap<string>> namespaces) =>
        (IncludesTerminating || !pod.IsTerminating)
        && (Namespaces.Contains(pod.Namespace)
            || (NamespaceLabels is { } labels && (labels.IsEverything || labels.Matches(namespaces.GetValueOrDefault(pod.Namespace)))))
        && Pods.Matches(pod.Labels);

    /// <summary>
    /// A selector narrowed to pods that agree with this one in some labels: pods of the same revision, say. The API writes that into the
    /// selector when a pod is made; what earlier servers left out is added.
    /// </summary>
    private static LabelQuery Narrow(LabelSelector? selector, Pod pod, ValueList<string> same, ValueList<string> different)
    {
        var query = LabelQuery.Of(selector);
        var labels = pod.Metadata.Labels;
        foreach (var key in same)
        {
            if (!IsWritten(key, LabelSelectorOperator.In) && labels.TryGetValue(key, out var value))
            {
                query = new(query.Requirements.Add(new(key, LabelOperator.In, [value])));
            }
        }

        foreach (var key in different)
        {
            if (!IsWritten(key, LabelSelectorOperator.NotIn) && labels.TryGetValue(key, out var value))
            {
                query = new(query.Requirements.Add(new(key, LabelOperator.NotIn, [value])));
            }
        }

        return query;

        bool IsWritten(string key, string @operator) => selector?.MatchExpressions.Any(one => one.Key == key && one.Operator == @operator) == true;
    }
}
