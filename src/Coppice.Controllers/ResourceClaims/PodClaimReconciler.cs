using Coppice.Client;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Resource;
using ResourceClaim = Coppice.Objects.Resource.ResourceClaim;

namespace Coppice.Controllers.ResourceClaims;

/// <summary>
/// Makes the claims of devices that pods want by templates, and tells the pods their names. Who came to a node without the scheduler is
/// noted as a user of what is allocated.
/// </summary>
internal sealed class PodClaimReconciler(IApiClient api, CacheSet caches, ClaimFigures figures, IEventRecorder events, TimeProvider time) : IDeclaredReconciler
{
    private readonly ObjectCache<Pod> _pods = caches.Of<Pod>();
    private readonly ObjectCache<ResourceClaim> _claims = caches.Of<ResourceClaim>();
    private readonly ObjectCache<ResourceClaimTemplate> _templates = caches.Of<ResourceClaimTemplate>();
    private readonly ControllerIndex<ResourceClaim> _owned = new(caches.Of<ResourceClaim>());
    private readonly CacheIndex<Pod> _users = caches.Of<Pod>().AddIndex(ResourceClaimIndexes.ByClaim);
    private readonly CacheIndex<Pod> _byTemplate = caches.Of<Pod>().AddIndex(ResourceClaimIndexes.ByTemplate);

    public Controller Declare(Controller controller) => controller
        .WokenBy(_pods, change => change.New is { } pod && !pod.Spec.ResourceClaims.IsEmpty && IsNews(change.Old, pod) ? [ObjectKey.Of(pod)] : [])
        .WokenBy(_claims, change => change.New is null || IsAllocated(change.New) != (change.Old is { } old && IsAllocated(old))
            ? _users.Find(ObjectKey.Of(change.Item).ToString()).Select(ObjectKey.Of)
            : [])
        .WokenBy(_templates, change => change.Old is null ? _byTemplate.Find(ObjectKey.Of(change.Item).ToString()).Select(ObjectKey.Of) : []);

    public async ValueTask<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken stop)
    {
        // What has ended gets none any more: those that it had are going.
        if (_pods.Find(key) is not { Metadata.DeletionTimestamp: null } pod || DeviceClaims.IsDone(pod))
        {
            return ReconcileResult.Done;
        }

        List<PodResourceClaimStatus> made = [];
        foreach (var awaited in GeneratedClaims.Plan(pod, _claims.Find, _owned.ControlledBy(pod.Metadata.Uid)))
        {
            if (await EnsureAsync(pod, awaited, stop) is not { } claim)
            {
                return ReconcileResult.Done;
            }

            made.Add(new() { Name = awaited.Entry, ResourceClaimName = claim.Metadata.Name });
        }

        if (made.Count > 0)
        {
            await _pods.ExpectAsync(await api.SetClaimNamesAsync(pod, made, stop), time, stop);
        }
        else if (pod.Spec.NodeName is { Length: > 0 })
        {
            await ReserveAsync(pod, stop);
        }

        return ReconcileResult.Done;
    }

    private static bool IsNews(Pod? old, Pod pod) =>
        old is null || old.Spec.NodeName != pod.Spec.NodeName || old.Status.ResourceClaimStatuses != pod.Status.ResourceClaimStatuses;

    private static bool IsAllocated(ResourceClaim claim) => claim.Status.Allocation is not null;

    /// <returns>Null if the pod goes with its namespace.</returns>
    private async ValueTask<ResourceClaim?> EnsureAsync(Pod pod, AwaitedClaim awaited, CancellationToken stop)
    {
        if (awaited.Made is { } there)
        {
            return there;
        }

        if (_templates.Find(awaited.Template) is not { } template)
        {
            // Its coming wakes the pod.
            var name = awaited.Template.Name;
            Tell(pod, awaited, $"resource claim template \"{name}\": resourceclaimtemplate.resource.k8s.io \"{name}\" not found");
            return null;
        }

        var wanted = GeneratedClaims.Make(pod, awaited.Entry, template);
        try
        {
            var claim = await api.CreateAsync(wanted, stop);
            figures.Made(wanted, isMade: true);
            await _claims.ExpectAsync(claim, time, stop);
            return claim;
        }
        catch (ApiException e) when (e.IsNamespaceTerminating())
        {
            return null;
        }
        catch (ApiException e)
        {
            figures.Made(wanted, isMade: false);
            Tell(pod, awaited, $"create ResourceClaim : {e.Message}");
            throw;
        }
    }

    private async ValueTask ReserveAsync(Pod pod, CancellationToken stop)
    {
        foreach (var entry in pod.Spec.ResourceClaims)
        {
            var name = DeviceClaims.NameOf(pod, entry);
            if (name.Key is { } key && _claims.Find(key) is { Status.Allocation: not null } claim
                && !(name.IsGenerated && DeviceClaims.Problem(pod, claim) is not null)
                && !DeviceClaims.IsReservedFor(pod, claim) && DeviceClaims.HasPlace(claim))
            {
                await _claims.ExpectAsync(await api.UpdateStatusAsync(DeviceClaims.ReservedFor(pod, claim), stop), time, stop);
            }
        }
    }

    private void Tell(Pod pod, AwaitedClaim awaited, string why) =>
        events.Record(pod, "Warning", "FailedResourceClaimCreation", $"PodResourceClaim {awaited.Entry}: {why}");
}
