using Coppice.ApiServer.Errors;
using Coppice.Objects;
using Coppice.Objects.Autoscaling;
using Newer = Coppice.Objects.Autoscaling.V2.HorizontalPodAutoscaler;

namespace Coppice.ApiServer.Kinds.Autoscaling;

/// <summary>
/// HorizontalPodAutoscalers in their older version: what is asked of them is asked of the newer one that they stand for
/// (<see cref="HorizontalPodAutoscalerConversion"/>), by its fields' names.
/// </summary>
internal sealed class HorizontalPodAutoscalerStrategy : KindStrategy<HorizontalPodAutoscaler>
{
    private static readonly V2HorizontalPodAutoscalerStrategy Strategy = new();

    public override HorizontalPodAutoscaler Default(HorizontalPodAutoscaler item) =>
        item with { Spec = item.Spec with { MinReplicas = item.Spec.MinReplicas ?? 1 } };

    public override HorizontalPodAutoscaler PrepareForCreate(HorizontalPodAutoscaler item) =>
        HorizontalPodAutoscalerConversion.ToOlder(Strategy.PrepareForCreate(HorizontalPodAutoscalerConversion.ToNewer(item)));

    public override HorizontalPodAutoscaler PrepareForUpdate(HorizontalPodAutoscaler item, HorizontalPodAutoscaler old) =>
        ByNewer(Strategy.PrepareForUpdate, item, old);

    public override HorizontalPodAutoscaler PrepareForStatusUpdate(HorizontalPodAutoscaler item, HorizontalPodAutoscaler old) =>
        ByNewer(Strategy.PrepareForStatusUpdate, item, old);

    public override Findings<FieldError> Validate(HorizontalPodAutoscaler item) => Strategy.Validate(HorizontalPodAutoscalerConversion.ToNewer(item));

    public override Findings<FieldError> ValidateUpdate(HorizontalPodAutoscaler item, HorizontalPodAutoscaler old) =>
        Strategy.ValidateUpdate(HorizontalPodAutoscalerConversion.ToNewer(item), HorizontalPodAutoscalerConversion.ToNewer(old));

    public override Findings<FieldError> ValidateStatusUpdate(HorizontalPodAutoscaler item, HorizontalPodAutoscaler old) =>
        Strategy.ValidateStatusUpdate(HorizontalPodAutoscalerConversion.ToNewer(item), HorizontalPodAutoscalerConversion.ToNewer(old));

    private static HorizontalPodAutoscaler ByNewer(Func<Newer, Newer, Newer> prepare, HorizontalPodAutoscaler item, HorizontalPodAutoscaler old) =>
        HorizontalPodAutoscalerConversion.ToOlder(prepare(HorizontalPodAutoscalerConversion.ToNewer(item), HorizontalPodAutoscalerConversion.ToNewer(old)));
}
