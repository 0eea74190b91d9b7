using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Validation;
using Coppice.Objects;
using Coppice.Objects.Policy;

namespace Coppice.ApiServer.Kinds.Policy;

/// <summary>PodDisruptionBudgets.</summary>
internal sealed class PodDisruptionBudgetStrategy : KindStrategy<PodDisruptionBudget>
{
    private static readonly FieldPath SpecPath = FieldPath.Of("spec");

    private static readonly FieldPath StatusPath = FieldPath.Of("status");

    public override PodDisruptionBudget PrepareForCreate(PodDisruptionBudget item) => item with { Metadata = FirstGeneration(item), Status = new() };

    public override PodDisruptionBudget PrepareForUpdate(PodDisruptionBudget item, PodDisruptionBudget old) => item with
    {
        Metadata = NextGeneration(item, old, item.Spec != old.Spec),
        Status = old.Status,
    };

    public override PodDisruptionBudget PrepareForStatusUpdate(PodDisruptionBudget item, PodDisruptionBudget old) => item with
    {
        Spec = old.Spec,
        Metadata = StatusMetadata(item, old),
    };

    public override Findings<FieldError> Validate(PodDisruptionBudget item)
    {
        var spec = item.Spec;
        return
        [
            .. FieldRules.If(
                spec is { MinAvailable: not null, MaxUnavailable: not null },
                () => FieldError.Invalid(SpecPath, spec, "minAvailable and maxUnavailable cannot be both set")),
            .. Amount(SpecPath.Child("minAvailable"), spec.MinAvailable),
            .. Amount(SpecPath.Child("maxUnavailable"), spec.MaxUnavailable),
            .. LabelValidation.Selector(SpecPath.Child("selector"), spec.Selector),
            .. FieldRules.OneOfIfSet(
                SpecPath.Child("unhealthyPodEvictionPolicy"),
                spec.UnhealthyPodEvictionPolicy,
                UnhealthyPodEvictionPolicyType.AlwaysAllow, UnhealthyPodEvictionPolicyType.IfHealthyBudget),
        ];
    }

    public override Findings<FieldError> ValidateStatusUpdate(PodDisruptionBudget item, PodDisruptionBudget old) =>
    [
        .. FieldRules.NotNegative(StatusPath.Child("disruptionsAllowed"), item.Status.DisruptionsAllowed),
        .. FieldRules.NotNegative(StatusPath.Child("currentHealthy"), item.Status.CurrentHealthy),
        .. FieldRules.NotNegative(StatusPath.Child("desiredHealthy"), item.Status.DesiredHealthy),
        .. FieldRules.NotNegative(StatusPath.Child("expectedPods"), item.Status.ExpectedPods),
    ];

    private static Findings<FieldError> Amount(FieldPath path, IntOrString? amount) =>
    [
        .. FieldRules.NumberOrPercent(path, amount),
        .. FieldRules.If(Percent.IsMoreThanAll(amount), () => FieldError.Invalid(path, amount, "must not be greater than 100%")),
    ];
}
