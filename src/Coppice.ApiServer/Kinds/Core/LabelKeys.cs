using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;

namespace Coppice.ApiServer.Kinds.Core;

/// <summary>
/// Selectors of other pods that go by labels of the pod itself (matchLabelKeys, mismatchLabelKeys) are written out when it is made, by the
/// labels that it has then.
/// </summary>
internal static class LabelKeys
{
    public static PodSpec WrittenOut(PodSpec spec, ValueMap<string> labels) =>
        labels.IsEmpty || (spec.TopologySpreadConstraints.IsEmpty && spec.Affinity is null or { PodAffinity: null, PodAntiAffinity: null })
            ? spec
            : spec with
            {
                TopologySpreadConstraints = spec.TopologySpreadConstraints.ConvertAll(c => c with { LabelSelector = Narrow(c.LabelSelector, c.MatchLabelKeys, default, labels) }),
                Affinity = spec.Affinity is null ? null : spec.Affinity with
                {
                    PodAffinity = spec.Affinity.PodAffinity is { } near ? near with
                    {
                        RequiredDuringSchedulingIgnoredDuringExecution = Narrow(near.RequiredDuringSchedulingIgnoredDuringExecution, labels),
                        PreferredDuringSchedulingIgnoredDuringExecution = Narrow(near.PreferredDuringSchedulingIgnoredDuringExecution, labels),
                    } : null,
                    PodAntiAffinity = spec.Affinity.PodAntiAffinity is { } apart ? apart with
                    {
                        RequiredDuringSchedulingIgnoredDuringExecution = Narrow(apart.RequiredDuringSchedulingIgnoredDuringExecution, labels),
                        PreferredDuringSchedulingIgnoredDuringExecution = Narrow(apart.PreferredDuringSchedulingIgnoredDuringExecution, labels),
                    } : null,
                },
            };

    private static ValueList<WeightedPodAffinityTerm> Narrow(ValueList<WeightedPodAffinityTerm> terms, ValueMap<string> labels) =>
        terms.ConvertAll(term => term with { PodAffinityTerm = Narrow(term.PodAffinityTerm, labels) });

    private static ValueList<PodAffinityTerm> Narrow(ValueList<PodAffinityTerm> terms, ValueMap<string> labels) => terms.ConvertAll(term => Narrow(term, labels));

    private static PodAffinityTerm Narrow(PodAffinityTerm term, ValueMap<string> labels) =>
        term with { LabelSelector = Narrow(term.LabelSelector, term.MatchLabelKeys, term.MismatchLabelKeys, labels) };

    /// <summary>A selector that is absent chooses nobody, and there is nothing to narrow.</summary>
    private static LabelSelector? Narrow(LabelSelector? selector, ValueList<string> same, ValueList<string> different, ValueMap<string> labels) =>
        selector is null || (same.IsEmpty && different.IsEmpty)
            ? selector
            : selector with
            {
                MatchExpressions =
                [
                    .. selector.MatchExpressions,
                    .. Requirements(same, LabelSelectorOperator.In, labels),
                    .. Requirements(different, LabelSelectorOperator.NotIn, labels),
                ],
            };

    private static IEnumerable<LabelSelectorRequirement> Requirements(ValueList<string> keys, string @operator, ValueMap<string> labels) => keys
        .Where(labels.ContainsKey)
        .Select(key => new LabelSelectorRequirement { Key = key, Operator = @operator, Values = [labels.Find(key)!] });
}
