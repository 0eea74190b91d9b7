using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Strategies;

/// <summary>Pods: almost nothing of one may change once it exists.</summary>
internal sealed class PodRules : KindStrategy<Pod>
{
    private const string SchedulingGated = "SchedulingGated";

    public override Pod Default(Pod item) => PodDefaults.Default(item);

    public override Pod PrepareForCreate(Pod item) => item with
    {
        Metadata = FirstGeneration(item),
        Status = new()
        {
            Phase = PodPhase.Pending,
            QosClass = PodQos.Of(item.Spec),
            Conditions = item.Spec.SchedulingGates.IsEmpty
                ? default
                :
                [
                    new()
                    {
                        Type = PodConditionType.PodScheduled,
                        Status = ConditionStatus.False,
                        Reason = SchedulingGated,
                        Message = "Scheduling is blocked due to non-empty scheduling gates",
                    },
                ],
        },
    };

    /// <summary>Ephemeral containers come by their own door.</summary>
    public override Pod PrepareForUpdate(Pod item, Pod old)
    {
        var spec = item.Spec with { EphemeralContainers = old.Spec.EphemeralContainers };
        return item with
        {
            Spec = spec,
            Metadata = NextGeneration(item, old, spec != old.Spec),
            Status = old.Status,
        };
    }

    /// <summary>The class of service follows from the desired state and stays.</summary>
    public override Pod PrepareForStatusUpdate(Pod item, Pod old) => item with
    {
        Spec = old.Spec,
        Metadata = StatusMetadata(item, old) with { DeletionTimestamp = null, DeletionGracePeriodSeconds = null, OwnerReferences = old.Metadata.OwnerReferences },
        Status = item.Status with { QosClass = item.Status.QosClass ?? old.Status.QosClass },
    };
}
