using Coppice.ApiServer.Decoding;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Requests;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;
using Coppice.Objects.Policy;

namespace Coppice.ApiServer.Writes;

/// <summary>Deletes a pod as a guest who may be asked to stay: its disruption budget is asked first, among the admissions.</summary>
internal sealed class EvictionPart : WritePart
{
    private static readonly ExpectedObject Evictions = new(UnstoredKinds.Eviction) { OlderApiVersion = "policy/v1beta1" };

    public override bool IsView => true;

    public override Tracking Tracks => Tracking.Nothing;

    public override ExpectedObject Takes(Kind kind) => Evictions;

    public override WriteRequest Open(WriteRequest request, WriteChange change)
    {
        var eviction = ((WriteChange.Body)change).Item;
        return eviction.Metadata.Name == request.Key.Name
            ? Deletion.Open(request, OptionsOf(eviction))
            : throw ApiErrors.BadRequest("name in URL does not match name in Eviction object");
    }

    public override KubernetesObject? Before(PendingWrite write) => null;

    /// <summary>While it goes, a pod says why.</summary>
    public override KubernetesObject? Prepare(PendingWrite write, KubernetesObject? item) => Deletion.Begin(write, OptionsOf(item)) switch
    {
        Pod pod when ((Pod)write.Old).Metadata.DeletionTimestamp is null => pod with
        {
            Status = pod.Status.With(new PodCondition
            {
                Type = PodConditionType.DisruptionTarget,
                Status = ConditionStatus.True,
                LastTransitionTime = write.Now,
                Reason = "EvictionByEvictionAPI",
                Message = "Eviction API: evicting",
            }),
        },
        var other => other,
    };

    public override Findings<FieldError> Validate(PendingWrite write, KubernetesObject item) => [];

    private static DeleteOptions OptionsOf(KubernetesObject? eviction) => ((Eviction)eviction!).DeleteOptions ?? new DeleteOptions();
}
