using System.Text.Json;
using Coppice.Client;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Apiregistration;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;

namespace Coppice.Controllers.Namespaces;

/// <summary>Empties a namespace that is being deleted, pods first, and lets go of it when nothing is left.</summary>
/// <param name="others">Null where nobody else serves a part of the API.</param>
internal sealed class NamespaceReconciler(IApiClient api, CacheSet caches, EveryKind kinds, OtherApis? others, TimeProvider time) : IDeclaredReconciler
{
    private const string Account = "namespace-controller";

    /// <summary>The end of each object wakes this reconciler; this is for the case that one is missed.</summary>
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(5);

    private static readonly Kind Pods = BuiltInKinds.Of<Pod>();

    private readonly ObjectCache<Namespace> _namespaces = caches.Of<Namespace>();
    private readonly ObjectCache<APIService> _apis = caches.Of<APIService>();

    public Controller Declare(Controller controller)
    {
        controller.Watches(_namespaces);
        controller.WokenBy(_apis, change => IsAway(change.Old) == IsAway(change.New)
            ? []
            : _namespaces.Items.Where(item => item.Metadata.DeletionTimestamp is not null).Select(ObjectKey.Of));
        kinds.OnEach(kind =>
        {
            if (kind.Kind.Namespaced)
            {
                controller.WokenBy(kind.Cache, EmptiedBy);
            }
        });
        return controller;
    }

    public async ValueTask<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken stop)
    {
        // Whoever else's finalizer keeps it: what is in it must not outlive it.
        if (_namespaces.Find(key) is not { Metadata.DeletionTimestamp: not null, Spec.Finalizers.IsEmpty: false } item)
        {
            return ReconcileResult.Done;
        }

        // Pods may need what else is in the namespace to end in peace.
        var remaining = new List<RemainingContent> { await EmptyAsync(Pods, key.Name, stop) };
        if (remaining[0] is { Count: 0, Failure: null })
        {
            foreach (var kind in kinds.Served.Where(k => k.Namespaced && k.QualifiedResource != Pods.QualifiedResource))
            {
                remaining.Add(await EmptyAsync(kind, key.Name, stop));
            }

            foreach (var collection in others?.Collections() ?? [])
            {
                remaining.Add(await EmptyAsync(collection, key.Name, stop));
            }
        }

        // Whoever is away may have something in it.
        List<string> unknown = [.. _apis.Items.Where(IsAway).Select(one => $"{one.Spec.Group}/{one.Spec.Version}")];
        var status = NamespacePlanner.Status(item.Status, remaining, unknown, time.GetUtcNow());
        if (status != item.Status)
        {
            item = await api.UpdateStatusAsync(item with { Status = status }, stop);
        }

        if (unknown.Count > 0 || remaining.Any(r => r.Count > 0 || r.Failure is not null))
        {
            await _namespaces.ExpectAsync(item, time, stop);
            return ReconcileResult.After(LookAgain);
        }

        if (item.Spec.Finalizers.Contains(FinalizerName.Kubernetes))
        {
            var finalizers = item.Spec.Finalizers.Where(f => f != FinalizerName.Kubernetes).ToValueList();
            item = await api.FinalizeAsync(item with { Spec = item.Spec with { Finalizers = finalizers } }, stop);
        }

        await _namespaces.ExpectAsync(item, time, stop);
        return ReconcileResult.Done;
    }

    private IEnumerable<ObjectKey> EmptiedBy(ObjectChange<KubernetesObject> change) =>
        change.New is null && new ObjectKey("", change.Item.Metadata.Namespace ?? "") is var key && _namespaces.Find(key) is { Metadata.DeletionTimestamp: not null }
            ? [key]
            : [];

    private static bool IsAway(APIService? item) => item is { Spec.Service: not null }
        && item.Status.Conditions.Any(condition => condition is { Type: APIServiceConditionType.Available, Status: ConditionStatus.False });

    /// <summary>Asks all objects of a kind to go, and says what is still there afterwards.</summary>
    private async ValueTask<RemainingContent> EmptyAsync(Kind kind, string ns, CancellationToken stop)
    {
        string? failure = null;
        var resource = kind.Group.Length == 0 ? kind.Resource + "." : kind.QualifiedResource;
        IReadOnlyList<KubernetesObject> left;
        try
        {
            left = await ListAsync(kind, ns, stop);
        }
        catch (ApiException e)
        {
            // Such as where they are to be converted by somebody who is away.
            return new(resource, 0, [], e.Message);
        }

        var toAsk = left.Where(i => i.Metadata.DeletionTimestamp is null).ToList();
        foreach (var item in toAsk)
        {
            try
            {
                await api.DeleteAsync(kind, ObjectKey.Of(item), new() { PropagationPolicy = "Background" }, stop);
            }
            catch (ApiException e) when (e.IsNotFound)
            {
                // Gone already.
            }
            catch (ApiException e)
            {
                failure = e.Message;
            }
        }

        // Each end of an object brings us here: what was only looked at need not be looked at twice.
        left = toAsk.Count == 0 ? left : await ListAsync(kind, ns, stop);
        return new(
            resource,
            left.Count,
            [.. left.SelectMany(i => i.Metadata.Finalizers)],
            failure);
    }

    /// <summary>The same of what somebody else serves.</summary>
    private async ValueTask<RemainingContent> EmptyAsync(OtherCollection collection, string ns, CancellationToken stop)
    {
        var (resource, path) = ($"{collection.Resource}.{collection.Group}", collection.PathIn(ns));
        try
        {
            var left = await ListAsync(path, stop);
            if (left.Any(item => item.DeletionTimestamp is null))
            {
                await others!.DeleteAsync(Account, path, stop);
                left = await ListAsync(path, stop);
            }

            return new(resource, left.Count, [.. left.SelectMany(item => item.Finalizers)], null);
        }
        catch (Exception e) when (e is ApiException or JsonException)
        {
            return new(resource, 0, [], e.Message);
        }
    }

    private async ValueTask<IReadOnlyList<ObjectMeta>> ListAsync(string path, CancellationToken stop)
    {
        var list = await others!.ReadAsync(Account, path, stop);
        return list.ValueKind == JsonValueKind.Object && list.TryGetProperty("items", out var items) && items.ValueKind == JsonValueKind.Array
            ? [.. items.EnumerateArray().Select(item => ApiJson.Read<PartialObjectMetadata>(item).Metadata)]
            : [];
    }

    private async ValueTask<IReadOnlyList<KubernetesObject>> ListAsync(Kind kind, string ns, CancellationToken stop)
    {
        try
        {
            return (await api.ListAsync(kind, new ListQuery(ns), stop)).Items;
        }
        catch (ApiException e) when (e.IsNotServed)
        {
            // The kind has gone meanwhile, and all its objects with it.
            return [];
        }
    }
}
