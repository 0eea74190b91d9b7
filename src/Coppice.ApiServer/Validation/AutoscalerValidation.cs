using Coppice.ApiServer.Errors;
using Coppice.Objects;
using Coppice.Objects.Autoscaling.V2;

namespace Coppice.ApiServer.Validation;

/// <summary>HorizontalPodAutoscalers, in the newer version: the older one is converted before.</summary>
internal static class AutoscalerValidation
{
    private const int PeriodSecondsMax = 1800;
    private const int WindowSecondsMax = 3600;

    private const string NotAboveZero = "must be greater than 0";

    private static readonly FieldPath SpecPath = FieldPath.Of("spec");

    private static readonly FieldPath StatusPath = FieldPath.Of("status");

    /// <param name="old">Null for a new one. A target that it has already is not looked at again.</param>
    public static Findings<FieldError> Spec(HorizontalPodAutoscalerSpec spec, HorizontalPodAutoscalerSpec? old)
    {
        var least = old?.MinReplicas == 0 ? 0 : 1;
        var max = SpecPath.Child("maxReplicas");
        return
        [
            .. FieldRules.If(
                spec.MinReplicas < least,
                () => FieldError.Invalid(SpecPath.Child("minReplicas"), spec.MinReplicas, $"must be greater than or equal to {least}")),
            .. FieldRules.If(spec.MaxReplicas < 1, () => FieldError.Invalid(max, spec.MaxReplicas, NotAboveZero)),
            .. FieldRules.If(
                spec.MaxReplicas < spec.MinReplicas, () => FieldError.Invalid(max, spec.MaxReplicas, "must be greater than or equal to `minReplicas`")),
            .. Target(SpecPath.Child("scaleTargetRef"), spec.ScaleTargetRef, old?.ScaleTargetRef),
            .. Metrics(SpecPath.Child("metrics"), spec, old),
            .. spec.Behavior is { } behavior
                ? [.. Rules(SpecPath.Child("behavior", "scaleUp"), behavior.ScaleUp), .. Rules(SpecPath.Child("behavior", "scaleDown"), behavior.ScaleDown)]
                : Findings<FieldError>.None,
        ];
    }

    public static Findings<FieldError> Status(HorizontalPodAutoscalerStatus status) =>
    [
        .. FieldRules.NotNegative(StatusPath.Child("currentReplicas"), status.CurrentReplicas),
        .. FieldRules.NotNegative(StatusPath.Child("desiredReplicas"), status.DesiredReplicas),
    ];

    private static Findings<FieldError> Target(FieldPath path, CrossVersionObjectReference target, CrossVersionObjectReference? old)
    {
        var isKnown = old is not null && old.ApiVersion == target.ApiVersion && old.Kind == target.Kind;
        return
        [
            .. Named(path, target),
            .. isKnown ? [] : Version(path, target, mayBeCore: target.Kind == "ReplicationController"),
        ];
    }

    private static Findings<FieldError> Named(FieldPath path, CrossVersionObjectReference reference) =>
    [
        .. FieldRules.RequiredName(path.Child("kind"), reference.Kind, Names.PathSegment),
        .. FieldRules.RequiredName(path.Child("name"), reference.Name, Names.PathSegment),
    ];

    private static Findings<FieldError> Version(FieldPath path, CrossVersionObjectReference reference, bool mayBeCore)
    {
        var version = reference.ApiVersion ?? "";
        return version.Count(c => c == '/') switch
        {
            > 1 => [FieldError.Invalid(path.Child("apiVersion"), version, $"unexpected GroupVersion string: {version}")],
            _ when !mayBeCore && version.IndexOf('/') <= 0 => [FieldError.Invalid(path.Child("apiVersion"), version, "apiVersion must specify API group")],
            _ => [],
        };
    }

    private static Findings<FieldError> Metrics(FieldPath path, HorizontalPodAutoscalerSpec spec, HorizontalPodAutoscalerSpec? old)
    {
        var hadBadVersion = old is not null
            && old.Metrics.Any(one => one is { Type: MetricSourceType.Object, Object: { } about } && Version(path, about.DescribedObject, mayBeCore: true).Count > 0);
        return
        [
            .. FieldRules.Each(path, spec.Metrics, (at, metric) => Metric(at, metric, hadBadVersion)),
            .. FieldRules.If(
                spec.MinReplicas == 0 && !spec.Metrics.Any(one => one.Type is MetricSourceType.Object or MetricSourceType.External),
                () => FieldError.Forbidden(path, "must specify at least one Object or External metric to support scaling to zero replicas")),
        ];
    }

    private static Findings<FieldError> Metric(FieldPath path, MetricSpec metric, bool mayHaveBadVersion)
    {
        // The first that is there is looked into; any other is one too many.
        (string Type, string Name, Func<FieldPath, Findings<FieldError>>? Source)[] sources =
        [
            (MetricSourceType.Object, "object", metric.Object is { } about ? at => Object(at, about, mayHaveBadVersion) : null),
            (MetricSourceType.External, "external", metric.External is { } external ? at => External(at, external) : null),
            (MetricSourceType.Pods, "pods", metric.Pods is { } pods ? at => Pods(at, pods) : null),
            (MetricSourceType.Resource, "resource", metric.Resource is { } resource ? at => Resource(at, resource.Name, resource.Target) : null),
            (MetricSourceType.ContainerResource, "containerResource", metric.ContainerResource is { } container ? at => ContainerResource(at, container) : null),
        ];
        var present = sources.Where(one => one.Source is not null).ToList();
        var expected = sources.FirstOrDefault(one => one.Type == metric.Type);
        var unknown = FieldError.NotSupported(path.Child("type"), metric.Type, sources.Select(one => one.Type).Order(StringComparer.Ordinal));
        return
        [
            .. FieldRules.Required(path.Child("type"), metric.Type, "must specify a metric source type"),
            .. FieldRules.If(expected.Name is null, () => unknown),
            .. present.Count > 0 ? present[0].Source!(path.Child(present[0].Name)) : [],
            .. expected switch
            {
                { Name: null } => [unknown],
                { Source: null } => [FieldError.Required(path.Child(expected.Name), "must populate information for the given metric source")],
                _ => Findings<FieldError>.None,
            },
            .. present.Count < 2 ? [] : present
                .Where(one => one.Name != expected.Name)
                .Select(one => FieldError.Forbidden(path.Child(one.Name), "must populate the given metric source only")),
        ];
    }

    private static Findings<FieldError> Object(FieldPath path, ObjectMetricSource source, bool mayHaveBadVersion)
    {
        var about = path.Child("describedObject");
        return
        [
            .. Named(about, source.DescribedObject),
            .. mayHaveBadVersion ? [] : Version(about, source.DescribedObject, mayBeCore: true),
            .. Identifier(path.Child("metric"), source.Metric),
            .. Target(path.Child("target"), source.Target),
            .. FieldRules.If(
                source.Target is { Value: null, AverageValue: null },
                () => FieldError.Required(path.Child("target", "averageValue"), "must set either a target value or averageValue")),
        ];
    }

    private static Findings<FieldError> External(FieldPath path, ExternalMetricSource source) =>
    [
        .. Identifier(path.Child("metric"), source.Metric),
        .. Target(path.Child("target"), source.Target),
        .. source.Target switch
        {
            { Value: null, AverageValue: null } =>
                [FieldError.Required(path.Child("target", "averageValue"), "must set either a target value for metric or a per-pod target")],
            { Value: not null, AverageValue: not null } =>
                [FieldError.Forbidden(path.Child("target", "value"), "may not set both a target value for metric and a per-pod target")],
            _ => Findings<FieldError>.None,
        },
    ];

    private static Findings<FieldError> Pods(FieldPath path, PodsMetricSource source) =>
    [
        .. Identifier(path.Child("metric"), source.Metric),
        .. Target(path.Child("target"), source.Target),
        .. FieldRules.If(
            source.Target.AverageValue is null,
            () => FieldError.Required(path.Child("target", "averageValue"), "must specify a positive target averageValue")),
    ];

    private static Findings<FieldError> ContainerResource(FieldPath path, ContainerResourceMetricSource source)
    {
        var container = path.Child("container");
        return
        [
            .. source.Name.Length > 0 ? ResourceValidation.NameOf(path.Child("name"), source.Name) : [],
            .. string.IsNullOrEmpty(source.Container)
                ? [FieldError.Required(container, "must specify a container")]
                : FieldRules.Named(container, source.Container, Names.Label),
            .. Resource(path, source.Name, source.Target),
        ];
    }

    private static Findings<FieldError> Resource(FieldPath path, string name, MetricTarget target) =>
    [
        .. FieldRules.Required(path.Child("name"), name, "must specify a resource name"),
        .. Target(path.Child("target"), target),
        .. target switch
        {
            { AverageUtilization: null, AverageValue: null } =>
                [FieldError.Required(path.Child("target", "averageUtilization"), "must set either a target raw value or a target utilization")],
            { AverageUtilization: not null, AverageValue: not null } =>
                [FieldError.Forbidden(path.Child("target", "averageValue"), "may not set both a target raw value and a target utilization")],
            _ => Findings<FieldError>.None,
        },
    ];

    private static Findings<FieldError> Identifier(FieldPath path, MetricIdentifier metric) => metric.Name.Length == 0
        ? [FieldError.Required(path.Child("name"), "must specify a metric name")]
        : FieldRules.Named(path.Child("name"), metric.Name, Names.PathSegment);

    private static Findings<FieldError> Target(FieldPath path, MetricTarget target) =>
    [
        .. FieldRules.Required(path.Child("type"), target.Type, "must specify a metric target type"),
        .. FieldRules.If(
            target.Type is not (MetricTargetType.Utilization or MetricTargetType.Value or MetricTargetType.AverageValue),
            () => FieldError.Invalid(path.Child("type"), target.Type, "must be either Utilization, Value, or AverageValue")),
        .. Positive(path.Child("value"), target.Value),
        .. Positive(path.Child("averageValue"), target.AverageValue),
        .. FieldRules.If(
            target.AverageUtilization < 1, () => FieldError.Invalid(path.Child("averageUtilization"), target.AverageUtilization, NotAboveZero)),
    ];

    private static Findings<FieldError> Positive(FieldPath path, Quantity? amount) =>
        FieldRules.If(amount <= default(Quantity), () => FieldError.Invalid(path, amount, "must be positive"));

    private static Findings<FieldError> Rules(FieldPath path, HPAScalingRules? rules)
    {
        if (rules is null)
        {
            return [];
        }

        var (window, policies) = (path.Child("stabilizationWindowSeconds"), path.Child("policies"));
        return
        [
            .. FieldRules.If(
                rules.StabilizationWindowSeconds < 0,
                () => FieldError.Invalid(window, rules.StabilizationWindowSeconds, "must be greater than or equal to zero")),
            .. FieldRules.If(
                rules.StabilizationWindowSeconds > WindowSecondsMax,
                () => FieldError.Invalid(window, rules.StabilizationWindowSeconds, $"must be less than or equal to {WindowSecondsMax}")),
            .. FieldRules.If(
                rules.SelectPolicy is not (null or ScalingPolicySelect.Disabled or ScalingPolicySelect.Max or ScalingPolicySelect.Min),
                () => FieldError.NotSupported(
                    path.Child("selectPolicy"), rules.SelectPolicy, ScalingPolicySelect.Disabled, ScalingPolicySelect.Max, ScalingPolicySelect.Min)),
            .. FieldRules.If(rules.Policies.IsEmpty, () => FieldError.Required(policies, "must specify at least one Policy")),
            .. FieldRules.Each(policies, rules.Policies, Policy),
            .. rules.Tolerance is { } tolerance ? ResourceValidation.NotNegative(path.Child("tolerance"), tolerance) : [],
        ];
    }

    private static Findings<FieldError> Policy(FieldPath path, HPAScalingPolicy policy)
    {
        var period = path.Child("periodSeconds");
        return
        [
            .. FieldRules.If(
                policy.Type is not (HPAScalingPolicyType.Pods or HPAScalingPolicyType.Percent),
                () => FieldError.NotSupported(path.Child("type"), policy.Type, HPAScalingPolicyType.Percent, HPAScalingPolicyType.Pods)),
            .. FieldRules.If(policy.Value <= 0, () => FieldError.Invalid(path.Child("value"), policy.Value, FieldRules.NotPositive)),
            .. FieldRules.If(policy.PeriodSeconds <= 0, () => FieldError.Invalid(period, policy.PeriodSeconds, FieldRules.NotPositive)),
            .. FieldRules.If(
                policy.PeriodSeconds > PeriodSecondsMax,
                () => FieldError.Invalid(period, policy.PeriodSeconds, $"must be less than or equal to {PeriodSecondsMax}")),
        ];
    }
}
