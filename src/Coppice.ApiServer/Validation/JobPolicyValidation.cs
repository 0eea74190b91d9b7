using Coppice.ApiServer.Errors;
using Coppice.Objects;
using Coppice.Objects.Batch;

namespace Coppice.ApiServer.Validation;

/// <summary>What a Job says of failed pods, and of when it has succeeded.</summary>
internal static class JobPolicyValidation
{
    private const int RulesMax = 20;
    private const int ExitCodesMax = 255;
    private const int PatternsMax = 20;
    private const int IndexesLengthMax = 64 * 1024;

    public static Findings<FieldError> Failure(FieldPath path, JobSpec spec, PodFailurePolicy policy)
    {
        var rules = path.Child("rules");
        return
        [
            .. FieldRules.If(policy.Rules.Count > RulesMax, () => FieldError.TooMany(rules, policy.Rules.Count, RulesMax)),
            .. FieldRules.Each(rules, policy.Rules, (at, rule) => FailureRule(at, spec, rule)),
        ];
    }

    public static Findings<FieldError> Success(FieldPath path, JobSpec spec, SuccessPolicy policy)
    {
        if (spec.CompletionMode != CompletionMode.Indexed)
        {
            return [FieldError.Invalid(path, policy, "requires indexed completion mode")];
        }

        var rules = path.Child("rules");
        return
        [
            .. FieldRules.If(
                policy.Rules.IsEmpty, () => FieldError.Required(rules, "at least one rules must be specified when the successPolicy is specified")),
            .. FieldRules.If(policy.Rules.Count > RulesMax, () => FieldError.TooMany(rules, policy.Rules.Count, RulesMax)),
            .. spec.Completions is { } completions ? FieldRules.Each(rules, policy.Rules, (at, rule) => SuccessRule(at, completions, rule)) : [],
        ];
    }

    private static Findings<FieldError> FailureRule(FieldPath path, JobSpec spec, PodFailurePolicyRule rule)
    {
        var action = path.Child("action");
        return
        [
            .. rule.Action switch
            {
                "" => [FieldError.Required(action, "valid values: [\"Count\" \"FailIndex\" \"FailJob\" \"Ignore\"]")],
                PodFailurePolicyAction.FailIndex => FieldRules.If(
                    spec.BackoffLimitPerIndex is null, () => FieldError.Invalid(action, rule.Action, "requires the backoffLimitPerIndex to be set")),
                PodFailurePolicyAction.Count or PodFailurePolicyAction.FailJob or PodFailurePolicyAction.Ignore => Findings<FieldError>.None,
                _ => [FieldError.NotSupported(
                    action,
                    rule.Action,
                    PodFailurePolicyAction.Count, PodFailurePolicyAction.FailIndex, PodFailurePolicyAction.FailJob, PodFailurePolicyAction.Ignore)],
            },
            .. rule.OnExitCodes is { } codes ? ExitCodes(path.Child("onExitCodes"), spec, codes) : [],
            .. Patterns(path.Child("onPodConditions"), rule.OnPodConditions),
            .. FieldRules.If(
                rule is { OnExitCodes: not null, OnPodConditions.IsEmpty: false },
                () => FieldError.Invalid(path, FieldError.NoValue, "specifying both OnExitCodes and OnPodConditions is not supported")),
            .. FieldRules.If(
                rule is { OnExitCodes: null, OnPodConditions.IsEmpty: true },
                () => FieldError.Invalid(path, FieldError.NoValue, "specifying one of OnExitCodes and OnPodConditions is required")),
        ];
    }

    private static Findings<FieldError> Patterns(FieldPath path, ValueList<PodFailurePolicyOnPodConditionsPattern> patterns) =>
    [
        .. FieldRules.If(patterns.Count > PatternsMax, () => FieldError.TooMany(path, patterns.Count, PatternsMax)),
        .. FieldRules.Each(path, patterns, (at, pattern) =>
        [
            .. FieldRules.Named(at.Child("type"), pattern.Type, Names.Qualified),
            .. string.IsNullOrEmpty(pattern.Status)
                ? [FieldError.Required(at.Child("status"), "valid values: [\"False\" \"True\" \"Unknown\"]")]
                : FieldRules.OneOf(at.Child("status"), pattern.Status, ConditionStatus.False, ConditionStatus.True, ConditionStatus.Unknown),
        ]),
    ];

    private static Findings<FieldError> ExitCodes(FieldPath path, JobSpec spec, PodFailurePolicyOnExitCodesRequirement codes)
    {
        var values = path.Child("values");
        var isKnown = spec.Template.Spec.Containers.Concat(spec.Template.Spec.InitContainers).Any(container => container.Name == codes.ContainerName);
        var repeated = FieldRules.Repeated(codes.Values, code => code).Select(one => one.Index).ToHashSet();
        return
        [
            .. codes.Operator.Length == 0
                ? [FieldError.Required(path.Child("operator"), "valid values: [\"In\" \"NotIn\"]")]
                : FieldRules.OneOf(path.Child("operator"), codes.Operator, PodFailurePolicyOnExitCodesOperator.In, PodFailurePolicyOnExitCodesOperator.NotIn),
            .. FieldRules.If(codes.ContainerName is not null && !isKnown, () => FieldError.Invalid(
                path.Child("containerName"), codes.ContainerName, "must be one of the container or initContainer names in the pod template")),
            .. FieldRules.If(codes.Values.IsEmpty, () => FieldError.Invalid(values, codes.Values, "at least one value is required")),
            .. FieldRules.If(codes.Values.Count > ExitCodesMax, () => FieldError.TooMany(values, codes.Values.Count, ExitCodesMax)),
            .. codes.Values.SelectMany((code, i) => (IEnumerable<FieldError>)
            [
                .. FieldRules.If(
                    code == 0 && codes.Operator == PodFailurePolicyOnExitCodesOperator.In,
                    () => FieldError.Invalid(values.Index(i), code, "must not be 0 for the In operator")),
                .. FieldRules.If(repeated.Contains(i), () => FieldError.Duplicate(values.Index(i), code)),
            ]),
            .. FieldRules.If(
                codes.Values.Zip(codes.Values.Skip(1)).Any(pair => pair.First > pair.Second), () => FieldError.Invalid(values, codes.Values, "must be ordered")),
        ];
    }

    private static Findings<FieldError> SuccessRule(FieldPath path, int completions, SuccessPolicyRule rule)
    {
        var (indexes, count) = (path.Child("succeededIndexes"), path.Child("succeededCount"));
        var isWell = IndexSet.TryParse(rule.SucceededIndexes, completions, out var set, out var why);
        return
        [
            .. FieldRules.If(
                rule is { SucceededCount: null, SucceededIndexes: null },
                () => FieldError.Required(path, "at least one of succeededCount or succeededIndexes must be specified")),
            .. FieldRules.If(rule.SucceededIndexes?.Length > IndexesLengthMax, () => FieldError.TooLong(indexes, IndexesLengthMax)),
            .. FieldRules.If(!isWell, () => FieldError.Invalid(indexes, rule.SucceededIndexes, $"error parsing succeededIndexes: {why}")),
            .. FieldRules.NotNegative(count, rule.SucceededCount),
            .. FieldRules.If(rule.SucceededCount > completions, () => FieldError.Invalid(
                count, rule.SucceededCount, $"must be less than or equal to {completions} (the number of specified completions)")),
            .. FieldRules.If(rule.SucceededIndexes is not null && rule.SucceededCount > set.Count, () => FieldError.Invalid(
                count, rule.SucceededCount, $"must be less than or equal to {set.Count} (the number of indexes in the specified succeededIndexes field)")),
        ];
    }
}
