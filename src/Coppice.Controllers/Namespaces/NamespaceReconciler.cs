using Coppice.Client;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Namespaces;

/// <summary>Empties a namespace that is being deleted, pods first, and lets go of it when nothing is left.</summary>
internal sealed class NamespaceReconciler(IApiClient api, CacheSet caches, EveryKind kinds, TimeProvider time) : IDeclaredReconciler
{
    /// <summary>The end of each object wakes this reconciler; this is for the case that one is missed.</summary>
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(5);

    private static readonly Kind Pods = BuiltInKinds.Of<Pod>();

    private readonly ObjectCache<Namespace> _namespaces = caches.Of<Namespace>();

    public Controller Declare(Controller controller)
    {
        controller.Watches(_namespaces);
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
        if (_namespaces.Find(key) is not { Metadata.DeletionTimestamp: not null } item || !item.Spec.Finalizers.Contains(FinalizerName.Kubernetes))
        {
            return ReconcileResult.Done;
        }

        // Pods may need what else is in the namespace to end in peace.
        var remaining = new List<RemainingContent> { await EmptyAsync(Pods, key.Name, stop) };
        if (remaining[0].Count == 0)
        {
            foreach (var kind in kinds.Served.Where(k => k.Namespaced && k.QualifiedResource != Pods.QualifiedResource))
            {
                remaining.Add(await EmptyAsync(kind, key.Name, stop));
            }
        }

        var status = NamespacePlanner.Status(item.Status, remaining, time.GetUtcNow());
        if (status != item.Status)
        {
            item = await api.UpdateStatusAsync(item with { Status = status }, stop);
        }

        if (remaining.Any(r => r.Count > 0))
        {
            await _namespaces.ExpectAsync(item, time, stop);
            return ReconcileResult.After(LookAgain);
        }

        var finalizers = item.Spec.Finalizers.Where(f => f != FinalizerName.Kubernetes).ToValueList();
        item = await api.FinalizeAsync(item with { Spec = item.Spec with { Finalizers = finalizers } }, stop);
        await _namespaces.ExpectAsync(item, time, stop);
        return ReconcileResult.Done;
    }

    private IEnumerable<ObjectKey> EmptiedBy(ObjectChange<KubernetesObject> change) =>
        change.New is null && new ObjectKey("", change.Item.Metadata.Namespace ?? "") is var key && _namespaces.Find(key) is { Metadata.DeletionTimestamp: not null }
            ? [key]
            : [];

    /// <summary>Asks all objects of a kind to go, and says what is still there afterwards.</summary>
    private async ValueTask<RemainingContent> EmptyAsync(Kind kind, string ns, CancellationToken stop)
    {
        string? failure = null;
        var left = await ListAsync(kind, ns, stop);
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
            kind.Group.Length == 0 ? kind.Resource + "." : kind.QualifiedResource,
            left.Count,
            [.. left.SelectMany(i => i.Metadata.Finalizers)],
            failure);
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
