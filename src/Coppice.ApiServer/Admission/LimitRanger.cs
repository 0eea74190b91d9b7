using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Storage;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Admission;

/// <summary>
/// What Kubernetes' LimitRanger admission does: containers that say nothing get what their namespace gives by default, and nobody asks
/// for more or less than it allows.
/// </summary>
internal sealed class LimitRanger(LiveObjects<LimitRange> ranges) : IMutatingAdmission, IValidatingAdmission
{
    private const string Note = "kubernetes.io/limit-ranger";

    private readonly LiveByNamespace<LimitRange> _ranges = new(ranges);

    public bool Handles(WriteOperation operation) => operation is WriteOperation.Create or WriteOperation.Update;

    public IReadOnlyList<Type>? Records => [typeof(Pod), typeof(PersistentVolumeClaim)];

    public async ValueTask<KubernetesObject?> AdmitAsync(WriteRequest request, KubernetesObject? item, KubernetesObject? old, CancellationToken stop)
    {
        if (item is not Pod pod || !IsBounded(request, item, old))
        {
            return item;
        }

        foreach (var range in await _ranges.NowAsync(request.Key.Namespace, stop))
        {
            pod = WithDefaults(pod, range);
        }

        return pod;
    }

    public async ValueTask ValidateAsync(WriteRequest request, KubernetesObject? item, KubernetesObject? old, CancellationToken stop)
    {
        if (!IsBounded(request, item, old))
        {
            return;
        }

        foreach (var range in await _ranges.NowAsync(request.Key.Namespace, stop))
        {
            var errors = item is Pod pod ? LimitBounds.OfPod(range, pod) : LimitBounds.OfClaim(range, (PersistentVolumeClaim)item!);
            if (errors.Count > 0)
            {
                var distinct = errors.Distinct(StringComparer.Ordinal).ToList();
                throw ApiErrors.Forbidden(request.Resource, item!.Metadata.Name ?? "", distinct.Count == 1 ? distinct[0] : $"[{string.Join(", ", distinct)}]");
            }
        }
    }

    /// <summary>What a pod asks for changes by its own door only; and what is going asks for nothing more.</summary>
    private static bool IsBounded(WriteRequest request, KubernetesObject? item, KubernetesObject? old) => old?.Metadata.DeletionTimestamp is null && item switch
    {
        Pod => request.Operation == WriteOperation.Create ? request.Subresource.Length == 0 : request.Subresource == "resize",
        PersistentVolumeClaim => request.Subresource.Length == 0,
        _ => false,
    };

    private static Pod WithDefaults(Pod pod, LimitRange range)
    {
        var (limits, requests) = (default(ValueMap<Quantity>), default(ValueMap<Quantity>));
        foreach (var item in range.Spec.Limits)
        {
            if (item.Type == LimitType.Container)
            {
                (limits, requests) = (limits.With(item.Default), requests.With(item.DefaultRequest));
            }
        }

        var given = new List<string>();
        var spec = pod.Spec with
        {
            Containers = pod.Spec.Containers.ConvertAll(c => WithDefaults(c, "container")),
            InitContainers = pod.Spec.InitContainers.ConvertAll(c => WithDefaults(c, "init container")),
        };
        return given.Count == 0 ? pod : pod with
        {
            Spec = spec,
            Metadata = pod.Metadata with { Annotations = pod.Metadata.Annotations.With(Note, $"LimitRanger plugin set: {string.Join("; ", given)}") },
        };

        Container WithDefaults(Container container, string called)
        {
            var resources = container.Resources;
            Tell(requests.Keys.Where(name => !resources.Requests.ContainsKey(name)), "request");
            Tell(limits.Keys.Where(name => !resources.Limits.ContainsKey(name)), "limit");
            return container with { Resources = resources with { Limits = limits.With(resources.Limits), Requests = requests.With(resources.Requests) } };

            void Tell(IEnumerable<string> names, string what)
            {
                if (string.Join(", ", names) is { Length: > 0 } list)
                {
                    given.Add($"{list} {what} for {called} {container.Name}");
                }
            }
        }
    }
}
