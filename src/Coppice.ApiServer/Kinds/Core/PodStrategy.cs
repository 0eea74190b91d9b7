using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Validation;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Kinds.Core;

/// <summary>Pods: almost nothing of one may change once it exists.</summary>
internal sealed class PodStrategy : KindStrategy<Pod>
{
    private const string SchedulingGated = "SchedulingGated";

    private static readonly FieldPath SpecPath = FieldPath.Of("spec");

    public override Pod Default(Pod item) => PodDefaults.Default(item);

    public override Pod PrepareForCreate(Pod item) => item with
    {
        Metadata = FirstGeneration(item),
        Spec = LabelKeys.WrittenOut(item.Spec, item.Metadata.Labels),
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

    public override Pod PrepareForUpdate(Pod item, Pod old) => item with
    {
        Metadata = NextGeneration(item, old, item.Spec != old.Spec),
        Status = old.Status,
    };

    /// <summary>The door of ephemeral containers: nothing else comes through it.</summary>
    public static Pod WithEphemeralContainers(Pod item, Pod old)
    {
        var spec = old.Spec with { EphemeralContainers = item.Spec.EphemeralContainers };
        return old with { Spec = spec, Metadata = NextGeneration(old, old, spec != old.Spec) };
    }

    /// <summary>
    /// The door to what containers may use. Containers that come, go or change their places are left for the validation to refuse.
    /// </summary>
    public static Pod WithResources(Pod item, Pod old)
    {
        var spec = PodResizeValidation.AreTheSame(item.Spec, old.Spec)
            ? old.Spec with
            {
                Resources = item.Spec.Resources,
                Containers = WithResources(item.Spec.Containers, old.Spec.Containers),
                InitContainers = WithResources(item.Spec.InitContainers, old.Spec.InitContainers),
            }
            : item.Spec;
        return old with { Spec = spec, Metadata = NextGeneration(old, old, spec != old.Spec) };
    }

    private static ValueList<Container> WithResources(ValueList<Container> containers, ValueList<Container> old) =>
        [.. old.Select((c, i) => c with { Resources = containers[i].Resources, ResizePolicy = containers[i].ResizePolicy })];

    public static Findings<FieldError> ValidateEphemeralContainers(Pod item, Pod old) =>
        [.. PodSpecValidation.Validate(SpecPath, item.Spec), .. PodUpdateValidation.EphemeralContainers(item.Spec, old.Spec)];

    public static Findings<FieldError> ValidateResize(Pod item, Pod old) =>
        [.. PodSpecValidation.Validate(SpecPath, item.Spec), .. PodResizeValidation.Validate(item.Spec, old)];

    /// <summary>The class of service follows from the desired state and stays.</summary>
    public override Pod PrepareForStatusUpdate(Pod item, Pod old) => item with
    {
        Spec = old.Spec,
        Metadata = StatusMetadata(item, old) with { OwnerReferences = old.Metadata.OwnerReferences },
        Status = WithGenerations(item.Status, old.Status) with { QosClass = item.Status.QosClass ?? old.Status.QosClass },
    };

    /// <summary>Which generation was seen stays known, also where a reporter does not say.</summary>
    private static PodStatus WithGenerations(PodStatus status, PodStatus old) => status with
    {
        ObservedGeneration = status.ObservedGeneration == 0 ? old.ObservedGeneration : status.ObservedGeneration,
        Conditions = status.Conditions.ConvertAll(c => c.ObservedGeneration != 0
            ? c
            : c with { ObservedGeneration = PodConditions.Find(old, c.Type)?.ObservedGeneration ?? 0 }),
    };

    public override Findings<FieldError> Validate(Pod item) =>
    [
        .. PodSpecValidation.Validate(SpecPath, item.Spec),
        .. !item.Spec.SchedulingGates.IsEmpty && item.Spec.NodeName is not null
            ? [FieldError.Forbidden(SpecPath.Child("nodeName"), "cannot be set until all schedulingGates have been cleared")]
            : Findings<FieldError>.None,
    ];

    /// <summary>The whole was valid once; what may change is looked at again.</summary>
    public override Findings<FieldError> ValidateUpdate(Pod item, Pod old) =>
        [.. PodSpecValidation.Validate(SpecPath, item.Spec), .. PodUpdateValidation.Validate(item.Spec, old.Spec)];

    public override Findings<FieldError> ValidateStatusUpdate(Pod item, Pod old) => PodStatusValidation.Validate(item, old);

    public override IEnumerable<string> Warnings(Pod item) => PodWarnings.Of(item);

    public override IEnumerable<string> WarningsOnCreate(Pod item) => PodWarnings.OfName(item.Metadata.Name, "in the Pod's hostname");

    // People make pods by hand, and leave it to others to change them.
    public override IEnumerable<string> WarningsOnUpdate(Pod item, Pod old) => [];
}
