using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Validation;
using Coppice.Objects;
using Coppice.Objects.Autoscaling.V2;

namespace Coppice.ApiServer.Kinds.Autoscaling;

/// <summary>HorizontalPodAutoscalers, as they are stored. Unlike most kinds they count no generations.</summary>
internal sealed class V2HorizontalPodAutoscalerStrategy : KindStrategy<HorizontalPodAutoscaler>
{
    private const int PeriodSeconds = 15;

    private static readonly HPAScalingPolicy Doubling = new() { Type = HPAScalingPolicyType.Percent, Value = 100, PeriodSeconds = PeriodSeconds };

    private static readonly HPAScalingPolicy FourPods = new() { Type = HPAScalingPolicyType.Pods, Value = 4, PeriodSeconds = PeriodSeconds };

    private static readonly HPAScalingRules ScaleUp =
        new() { StabilizationWindowSeconds = 0, SelectPolicy = ScalingPolicySelect.Max, Policies = [FourPods, Doubling] };

    // How long it looks back before it shrinks is the controller's to say.
    private static readonly HPAScalingRules ScaleDown = new() { SelectPolicy = ScalingPolicySelect.Max, Policies = [Doubling] };

    public override HorizontalPodAutoscaler Default(HorizontalPodAutoscaler item) => item with
    {
        Metadata = item.Metadata with { Annotations = HorizontalPodAutoscalerConversion.WithoutNotes(item.Metadata.Annotations) },
        Spec = item.Spec with
        {
            MinReplicas = item.Spec.MinReplicas ?? 1,
            Metrics = item.Spec.Metrics.IsEmpty ? [HorizontalPodAutoscalerConversion.DefaultMetric] : item.Spec.Metrics,
            Behavior = item.Spec.Behavior is { } behavior
                ? new() { ScaleUp = Complete(behavior.ScaleUp, ScaleUp), ScaleDown = Complete(behavior.ScaleDown, ScaleDown) }
                : null,
        },
    };

    public override HorizontalPodAutoscaler PrepareForCreate(HorizontalPodAutoscaler item) => item with { Status = new() };

    public override HorizontalPodAutoscaler PrepareForUpdate(HorizontalPodAutoscaler item, HorizontalPodAutoscaler old) => item with { Status = old.Status };

    public override HorizontalPodAutoscaler PrepareForStatusUpdate(HorizontalPodAutoscaler item, HorizontalPodAutoscaler old) => item with { Spec = old.Spec };

    public override Findings<FieldError> Validate(HorizontalPodAutoscaler item) => AutoscalerValidation.Spec(item.Spec, null);

    public override Findings<FieldError> ValidateUpdate(HorizontalPodAutoscaler item, HorizontalPodAutoscaler old) =>
        AutoscalerValidation.Spec(item.Spec, old.Spec);

    public override Findings<FieldError> ValidateStatusUpdate(HorizontalPodAutoscaler item, HorizontalPodAutoscaler old) =>
        AutoscalerValidation.Status(item.Status);

    private static HPAScalingRules Complete(HPAScalingRules? rules, HPAScalingRules defaults) => rules is null ? defaults : rules with
    {
        StabilizationWindowSeconds = rules.StabilizationWindowSeconds ?? defaults.StabilizationWindowSeconds,
        SelectPolicy = rules.SelectPolicy ?? defaults.SelectPolicy,
        Policies = rules.Policies.IsEmpty ? defaults.Policies : rules.Policies,
    };
}
