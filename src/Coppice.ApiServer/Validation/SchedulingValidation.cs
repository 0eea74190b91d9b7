using Coppice.ApiServer.Errors;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Validation;

/// <summary>Where a pod may, would rather and may not run.</summary>
internal static class SchedulingValidation
{
    private const int LargestWeight = 100;

    public static Findings<FieldError> Tolerations(FieldPath path, ValueList<Toleration> tolerations) => FieldRules.Each(path, tolerations, Toleration);

    public static Findings<FieldError> Affinity(FieldPath path, Affinity? affinity) => affinity is null
        ? []
        :
        [
            .. affinity.NodeAffinity is { } node ? Node(path.Child("nodeAffinity"), node) : [],
            .. affinity.PodAffinity is { } with
                ? Pods(path.Child("podAffinity"), with.RequiredDuringSchedulingIgnoredDuringExecution, with.PreferredDuringSchedulingIgnoredDuringExecution)
                : [],
            .. affinity.PodAntiAffinity is { } apart
                ? Pods(path.Child("podAntiAffinity"), apart.RequiredDuringSchedulingIgnoredDuringExecution, apart.PreferredDuringSchedulingIgnoredDuringExecution)
                : [],
        ];

    public static Findings<FieldError> Spread(FieldPath path, ValueList<TopologySpreadConstraint> constraints) =>
    [
        .. FieldRules.Each(path, constraints, Constraint),
        .. FieldRules.Repeated(constraints, c => (c.TopologyKey, c.WhenUnsatisfiable)).Select(r => FieldError.Duplicate(
            path.Index(r.Index).Child("{topologyKey, whenUnsatisfiable}"), $"{{{r.Key.TopologyKey}, {r.Key.WhenUnsatisfiable}}}")),
    ];

    /// <summary>Also of the taints of nodes.</summary>
    public static Findings<FieldError> Effect(FieldPath path, string effect) =>
        FieldRules.OneOf(path, effect, TaintEffect.NoSchedule, TaintEffect.PreferNoSchedule, TaintEffect.NoExecute);

    private static Findings<FieldError> Toleration(FieldPath path, Toleration toleration)
    {
        var operation = path.Child("operator");
        Findings<FieldError> ofOperator = toleration.Operator switch
        {
            null or TolerationOperator.Equal => FieldRules.Named(operation, toleration.Value ?? "", Names.LabelValue),
            TolerationOperator.Exists => toleration.Value is null
                ? []
                : [FieldError.Invalid(operation, toleration, "value must be empty when `operator` is 'Exists'")],
            _ => [FieldError.NotSupported(operation, toleration.Operator, TolerationOperator.Equal, TolerationOperator.Exists)],
        };
        return
        [
            .. toleration.Key is { } key ? FieldRules.Named(path.Child("key"), key, Names.Qualified) : [],
            .. toleration.Key is null && toleration.Operator != TolerationOperator.Exists
                ? [FieldError.Invalid(operation, toleration.Operator ?? "", "operator must be Exists when `key` is empty, which means \"match all values and all keys\"")]
                : Findings<FieldError>.None,
            .. toleration.TolerationSeconds is not null && toleration.Effect != TaintEffect.NoExecute
                ? [FieldError.Invalid(path.Child("effect"), toleration.Effect ?? "", "effect must be 'NoExecute' when `tolerationSeconds` is set")]
                : Findings<FieldError>.None,
            .. ofOperator,
            .. toleration.Effect is { } effect ? Effect(path.Child("effect"), effect) : [],
        ];
    }

    private static Findings<FieldError> Node(FieldPath path, NodeAffinity affinity)
    {
        var preferred = path.Child("preferredDuringSchedulingIgnoredDuringExecution");
        return
        [
            .. affinity.RequiredDuringSchedulingIgnoredDuringExecution is { } required
                ? Selector(path.Child("requiredDuringSchedulingIgnoredDuringExecution"), required)
                : [],
            .. FieldRules.Each(
                preferred,
                affinity.PreferredDuringSchedulingIgnoredDuringExecution,
                (at, term) => [.. Weight(at, term.Weight), .. Term(at.Child("preference"), term.Preference)]),
        ];
    }

    /// <summary>Also of the nodes from which a volume can be reached.</summary>
    public static Findings<FieldError> Selector(FieldPath path, NodeSelector selector)
    {
        var terms = path.Child("nodeSelectorTerms");
        return selector.NodeSelectorTerms.IsEmpty
            ? [FieldError.Required(terms, "must have at least one node selector term")]
            : FieldRules.Each(terms, selector.NodeSelectorTerms, Term);
    }

    private static Findings<FieldError> Term(FieldPath path, NodeSelectorTerm term) =>
        FieldRules.Each(path.Child("matchExpressions"), term.MatchExpressions, Requirement);

    private static Findings<FieldError> Requirement(FieldPath path, NodeSelectorRequirement requirement)
    {
        Findings<FieldError> ofOperator = requirement.Operator switch
        {
            NodeSelectorOperator.Gt or NodeSelectorOperator.Lt => requirement.Values.Count == 1
                ? []
                : [FieldError.Required(path.Child("values"), "must be specified single value when `operator` is 'Lt' or 'Gt'")],
            var other => LabelValidation.Operator(path, other, requirement.Values),
        };
        return [.. ofOperator, .. FieldRules.Named(path.Child("key"), requirement.Key, Names.Qualified)];
    }

    private static Findings<FieldError> Pods(FieldPath path, ValueList<PodAffinityTerm> required, ValueList<WeightedPodAffinityTerm> preferred) =>
    [
        .. FieldRules.Each(path.Child("requiredDuringSchedulingIgnoredDuringExecution"), required, Term),
        .. FieldRules.Each(
            path.Child("preferredDuringSchedulingIgnoredDuringExecution"),
            preferred,
            (at, term) => [.. Weight(at, term.Weight), .. Term(at.Child("podAffinityTerm"), term.PodAffinityTerm)]),
    ];

    private static Findings<FieldError> Term(FieldPath path, PodAffinityTerm term) =>
    [
        .. LabelValidation.Selector(path.Child("labelSelector"), term.LabelSelector),
        .. LabelValidation.Selector(path.Child("namespaceSelector"), term.NamespaceSelector),
        .. term.Namespaces.SelectMany(name => FieldRules.Named(path.Child("namespace"), name, Names.Label)),
        .. TopologyKey(path.Child("topologyKey"), term.TopologyKey),
        .. LabelKeyValidation.Validate(path, term.MatchLabelKeys, term.MismatchLabelKeys, term.LabelSelector),
    ];

    private static Findings<FieldError> TopologyKey(FieldPath path, string key) =>
        key.Length == 0 ? [FieldError.Required(path, "can not be empty")] : FieldRules.Named(path, key, Names.Qualified);

    private static Findings<FieldError> Weight(FieldPath path, int weight)
    {
        var errors = Findings<FieldError>.None;
        if (weight is < 1 or > LargestWeight)
        {
            errors.Add(FieldError.Invalid(path.Child("weight"), weight, $"must be in the range 1-{LargestWeight}"));
        }

        return errors;
    }

    private static Findings<FieldError> Constraint(FieldPath path, TopologySpreadConstraint constraint) =>
    [
        .. constraint.MaxSkew <= 0 ? [FieldError.Invalid(path.Child("maxSkew"), constraint.MaxSkew, FieldRules.NotPositive)] : Findings<FieldError>.None,
        .. TopologyKey(path.Child("topologyKey"), constraint.TopologyKey),
        .. FieldRules.OneOf(
            path.Child("whenUnsatisfiable"),
            constraint.WhenUnsatisfiable,
            UnsatisfiableConstraintAction.DoNotSchedule,
            UnsatisfiableConstraintAction.ScheduleAnyway),
        .. constraint.MinDomains <= 0 ? [FieldError.Invalid(path.Child("minDomains"), constraint.MinDomains, FieldRules.NotPositive)] : Findings<FieldError>.None,
        .. FieldRules.OneOfIfSet(path.Child("nodeAffinityPolicy"), constraint.NodeAffinityPolicy, NodeInclusionPolicy.Honor, NodeInclusionPolicy.Ignore),
        .. FieldRules.OneOfIfSet(path.Child("nodeTaintsPolicy"), constraint.NodeTaintsPolicy, NodeInclusionPolicy.Honor, NodeInclusionPolicy.Ignore),
        .. LabelKeyValidation.Validate(path, constraint.MatchLabelKeys, default, constraint.LabelSelector),
        .. LabelValidation.Selector(path.Child("labelSelector"), constraint.LabelSelector),
    ];
}
