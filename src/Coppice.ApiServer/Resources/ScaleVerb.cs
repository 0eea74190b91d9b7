using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Storage;
using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Autoscaling;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Resources;

/// <summary>Reads and writes the number of replicas of a workload, without the rest of it.</summary>
internal sealed class ScaleVerb(ObjectStorage storage, UpdateVerb update)
{
    public async ValueTask<Scale> GetAsync(Kind kind, ObjectKey key, CancellationToken stop) =>
        ScaleOf((await storage.GetAsync(kind, key, stop)).Item);

    /// <param name="change">Makes the wanted scale of the present one.</param>
    /// <exception cref="ApiError">Invalid, or Conflict: the scale is meant for another object of the name, or for another version of it.</exception>
    public async ValueTask<Scale> UpdateAsync(WriteScope scope, string name, Func<Scale, Scale> change, CancellationToken stop)
    {
        var form = await update.RunAsync(scope, name, current => WithScale(current.Item, Meant(scope, current.Item, Valid(name, change(ScaleOf(current.Item))))), UpdatePart.Main, stop);
        return ScaleOf(form.Item);
    }

    private static Scale Valid(string name, Scale scale) => scale.Spec.Replicas >= 0
        ? scale
        : throw ApiErrors.Invalid("autoscaling", "Scale", name, FieldError.Invalid(
            FieldPath.Of("spec", "replicas"), scale.Spec.Replicas, "must be greater than or equal to 0"));

    /// <summary>Which version a scale is for, is for the update to find out.</summary>
    private static Scale Meant(WriteScope scope, KubernetesObject item, Scale scale)
    {
        Scoping.RequireName(item.Metadata.Name!, scale.Metadata.Name);
        Scoping.NamespaceOf(scope, scale.Metadata.Namespace);
        var (wanted, actual) = (scale.Metadata.Uid, item.Metadata.Uid);
        return string.IsNullOrEmpty(wanted) || wanted == actual
            ? scale
            : throw ApiErrors.Conflict(
                new GroupResource(scope.Kind.Group, $"{scope.Kind.Resource}/scale"),
                item.Metadata.Name!,
                $"Precondition failed: UID in precondition: {wanted}, UID in object meta: {actual}");
    }

    private static Scale ScaleOf(KubernetesObject item)
    {
        var (wanted, actual, selector) = item switch
        {
            Deployment d => (d.Spec.Replicas, d.Status.Replicas, Text(LabelQuery.Of(d.Spec.Selector))),
            ReplicaSet r => (r.Spec.Replicas, r.Status.Replicas, Text(LabelQuery.Of(r.Spec.Selector))),
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

    private static KubernetesObject WithScale(KubernetesObject item, Scale scale)
    {
        var metadata = item.Metadata with { ResourceVersion = scale.Metadata.ResourceVersion };
        var replicas = scale.Spec.Replicas;
        return item switch
        {
            Deployment d => d with { Metadata = metadata, Spec = d.Spec with { Replicas = replicas } },
            ReplicaSet r => r with { Metadata = metadata, Spec = r.Spec with { Replicas = replicas } },
            ReplicationController c => c with { Metadata = metadata, Spec = c.Spec with { Replicas = replicas } },
            _ => throw new InvalidOperationException($"{item.GetType().Name} has no scale"),
        };
    }

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
