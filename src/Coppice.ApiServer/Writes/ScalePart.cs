using Coppice.ApiServer.Decoding;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Kinds;
using Coppice.ApiServer.Kinds.Autoscaling;
using Coppice.ApiServer.Storage;
using Coppice.Objects;
using Coppice.Objects.Autoscaling;

namespace Coppice.ApiServer.Writes;

/// <summary>The number of replicas of a workload, without the rest of it.</summary>
internal sealed class ScalePart : WritePart
{
    public override bool IsView => true;

    public override Tracking Tracks => Tracking.WhatIsStored;

    public override ExpectedObject Takes(Kind kind) => UnstoredKinds.Scale;

    public override ServedKind Shows(ServedKind served) => ScaleKind.Served;

    public override ObjectForm View(ServedKind served, ObjectForm form) => ObjectForm.Detached(ScaleOf(served, form.Item));

    public override KubernetesObject? Before(PendingWrite write) => ScaleOf(write.Request.Served, write.Old);

    public override KubernetesObject? Prepare(PendingWrite write, KubernetesObject? item)
    {
        var scale = (Scale)item!;
        RequireMeant(write, scale);
        return write.Strategy.PrepareForUpdate(ReplicasOf(write.Request.Served).With(write.Old, scale.Spec.Replicas), write.Old);
    }

    /// <exception cref="ApiError">Invalid, or Conflict: the scale is meant for another object of the name, or for another version of it.</exception>
    private static void RequireMeant(PendingWrite write, Scale scale)
    {
        var (request, name) = (write.Request, write.Request.Key.Name);
        if (scale.Spec.Replicas < 0)
        {
            throw ApiErrors.Invalid("autoscaling", "Scale", name, FieldError.Invalid(
                FieldPath.Of("spec", "replicas"), scale.Spec.Replicas, "must be greater than or equal to 0"));
        }

        var (wanted, actual) = (scale.Metadata.Uid, write.Old.Metadata.Uid);
        if (!string.IsNullOrEmpty(wanted) && wanted != actual)
        {
            throw ApiErrors.Conflict(
                new GroupResource(request.Kind.Group, $"{request.Kind.Resource}/scale"),
                name,
                $"Precondition failed: UID in precondition: {wanted}, UID in object meta: {actual}");
        }

        WriteIdentity.RequireVersion(write, scale.Metadata.ResourceVersion, isWhole: true);
    }

    private static Scale ScaleOf(ServedKind served, KubernetesObject item)
    {
        var replicas = ReplicasOf(served);
        return new Scale
        {
            ApiVersion = "autoscaling/v1",
            Kind = "Scale",
            Metadata = new Objects.Meta.ObjectMeta
            {
                Name = item.Metadata.Name,
                Namespace = item.Metadata.Namespace,
                Uid = item.Metadata.Uid,
                ResourceVersion = item.Metadata.ResourceVersion,
                CreationTimestamp = item.Metadata.CreationTimestamp,
            },
            Spec = new ScaleSpec { Replicas = replicas.Wanted(item) },
            Status = new ScaleStatus { Replicas = replicas.Actual(item), Selector = replicas.Selector(item) },
        };
    }

    private static Replicas ReplicasOf(ServedKind served) =>
        served.Replicas ?? throw new InvalidOperationException($"{served.Kind} has no scale");
}
