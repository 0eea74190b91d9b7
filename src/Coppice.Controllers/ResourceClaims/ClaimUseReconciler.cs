using Coppice.Client;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Resource;
using ResourceClaim = Coppice.Objects.Resource.ResourceClaim;

namespace Coppice.Controllers.ResourceClaims;

/// <summary>Takes from a claim of devices the users that have ended, gives the devices back with the last, and deletes what was made for pods that are over.</summary>
internal sealed class ClaimUseReconciler(IApiClient api, CacheSet caches, TimeProvider time) : IDeclaredReconciler
{
    private readonly ObjectCache<Pod> _pods = caches.Of<Pod>();
    private readonly ObjectCache<ResourceClaim> _claims = caches.Of<ResourceClaim>();
    private readonly ControllerIndex<ResourceClaim> _owned = new(caches.Of<ResourceClaim>());

    public Controller Declare(Controller controller) => controller
        .Watches(_claims)
        .WokenBy(_pods, change => !DeviceClaims.HasAny(change.Item) || (change.New is { } pod && !DeviceClaims.IsDone(pod))
            ? []
            : DeviceClaims.Of(change.Item).Concat(_owned.ControlledBy(change.Item.Metadata.Uid).Select(ObjectKey.Of)));

    public async ValueTask<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken stop)
    {
        if (_claims.Find(key) is not { } claim)
        {
            return ReconcileResult.Done;
        }

        // 1. Observe.
        List<ResourceClaimConsumerReference> valid = [];
        foreach (var consumer in claim.Status.ReservedFor)
        {
            if (await IsUserAsync(consumer, key.Namespace, stop))
            {
                valid.Add(consumer);
            }
        }

        // Where the pod is gone for certain, the collector of garbage takes the claim.
        var owner = ClaimUsePlanner.OwnerOf(claim) is { } pod ? _pods.Find(new(key.Namespace, pod.Name)) : null;

        // 2. Plan.
        var plan = ClaimUsePlanner.Plan(claim, [.. valid], owner);

        // 3. Apply.
        await ApplyAsync(claim, plan, stop);
        return ReconcileResult.Done;
    }

    private async ValueTask ApplyAsync(ResourceClaim claim, ClaimUsePlan plan, CancellationToken stop)
    {
        if (plan.Status is { } status)
        {
            claim = await api.UpdateStatusAsync(claim with { Status = status }, stop);
            await _claims.ExpectAsync(claim, time, stop);
        }

        if (plan.LetsGo)
        {
            await Finalizers.ReleaseAsync(api, claim, DeviceClaims.Finalizer, stop);
        }

        if (plan.IsToGo)
        {
            try
            {
                await api.DeleteAsync<ResourceClaim>(ObjectKey.Of(claim), new() { Preconditions = new() { Uid = claim.Metadata.Uid } }, stop);
            }
            catch (ApiException e) when (e.IsNotFound || e.IsConflict)
            {
                // Gone already, or another by now.
            }
        }
    }

    /// <summary>The cache may not know a pod yet that the scheduler has just put on a node: only the API knows that there is none.</summary>
    private async ValueTask<bool> IsUserAsync(ResourceClaimConsumerReference consumer, string ns, CancellationToken stop)
    {
        if (consumer is not { ApiGroup: null or "", Resource: "pods" })
        {
            return true;
        }

        ObjectKey key = new(ns, consumer.Name);
        var pod = _pods.Find(key) is { } known && known.Metadata.Uid == consumer.Uid ? known : await api.FindAsync<Pod>(key, stop);
        return pod?.Metadata.Uid == consumer.Uid && !DeviceClaims.IsDone(pod);
    }
}
