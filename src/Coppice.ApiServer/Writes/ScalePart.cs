using Coppice.ApiServer.Decoding;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Kinds;
using Coppice.ApiServer.Kinds.Autoscaling;
using Coppice.ApiServer.Storage;
using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Autoscaling;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Writes;

/// <summary>The number of replicas of a workload, without the rest of it.</summary>
internal sealed class ScalePart : WritePart
{
    public override bool IsView => true;

    public override Tracking Tracks => Tracking.WhatIsStored;

    public override ExpectedObject Takes(Kind kind) => UnstoredKinds.Scale;

    public override ServedKind Shows(ServedKind served) => ScaleKind.Served;

    public override ObjectForm View(ObjectForm form) => ObjectForm.Detached(ScaleOf(form.Item));

    public override KubernetesObject? Before(PendingWrite write) => ScaleOf(write.Old);

    public override KubernetesObject? Prepare(PendingWrite write, KubernetesObject? item)
    {
        var scale = (Scale)item!;
        RequireMeant(write, scale);
        return write.Strategy.PrepareForUpdate(WithReplicas(write.Old, scale.Spec.Replicas), write.Old);
    }

    public override IReadOnlyList<string> Warnings(PendingWrite write, KubernetesObject item) => [];

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

        WriteIdentity.RequireVersion(write, scale.Metadata.ResourceVersion);
    }

    private static Scale ScaleOf(KubernetesObject item)
    {
        var (wanted, actual, selector) = item switch
        {
            Deployment d => (d.Spec.Replicas, d.Status.Replicas, Text(LabelQuery.Of(d.Spec.Selector))),
            ReplicaSet r => (r.Spec.Replicas, r.Status.Replicas, Text(LabelQuery.Of(r.Spec.Selector))),
            StatefulSet t => (t.Spec.Replicas, t.Status.Replicas, Text(LabelQuery.Of(t.Spec.Selector))),
            ReplicationController c => (c.Spec.Replicas, c.Status.Replicas, Text(LabelQuery.Of(c.Spec.Selector))),
            _ => throw new InvalidOperationException($"{item.GetType().Name} has no scale"),
        };
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
            Spec = new ScaleSpec { Replicas = wanted ?? 1 },
            Status = new ScaleStatus { Replicas = actual, Selector = selector },
        };
    }

    private static KubernetesObject WithReplicas(KubernetesObject item, int replicas) => item switch
    {
        Deployment d => d with { Spec = d.Spec with { Replicas = replicas } },
        ReplicaSet r => r with { Spec = r.Spec with { Replicas = replicas } },
        StatefulSet t => t with { Spec = t.Spec with { Replicas = replicas } },
        ReplicationController c => c with { Spec = c.Spec with { Replicas = replicas } },
        _ => throw new InvalidOperationException($"{item.GetType().Name} has no scale"),
    };

    private static string Text(LabelQuery query) => string.Join(",", query.Requirements.Select(r => r.Operator switch
    {
        LabelOperator.In when r.Values.Count == 1 => $"{r.Key}={r.Values[0]}",
        LabelOperator.In => $"{r.Key} in ({string.Join(",", r.Values)})",
        LabelOperator.NotIn => $"{r.Key} notin ({string.Join(",", r.Values)})",
        LabelOperator.Exists => r.Key,
        LabelOperator.DoesNotExist => $"!{r.Key}",
        LabelOperator.GreaterThan => $"{r.Key}>{r.Values[0]}",
        _ => $"{r.Key}<{r.Values[0]}",
    }));
}
