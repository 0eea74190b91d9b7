using Coppice.Client;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Controllers.StorageProtection;

/// <summary>Lets go of a claim that is being deleted when no pod uses it any more; until then its volume must not be given to anybody else.</summary>
internal sealed class ClaimProtectionReconciler : IDeclaredReconciler
{
    private readonly IApiClient _api;
    private readonly ObjectCache<PersistentVolumeClaim> _claims;
    private readonly ObjectCache<Pod> _pods;
    private readonly CacheIndex<Pod> _users;

    public ClaimProtectionReconciler(IApiClient api, CacheSet caches)
    {
        _api = api;
        _claims = caches.Of<PersistentVolumeClaim>();
        _pods = caches.Of<Pod>();
        _users = _pods.AddIndex(Indexes.ByClaim);
    }

    public Controller Declare(Controller controller) => controller
        .Watches(_claims)
        .WokenBy(_pods, change => change.New is null || IsShutDown(change.New) ? PodClaims.Of(change.Item) : []);

    public async ValueTask<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken stop)
    {
        if (_claims.Find(key) is { } claim && Finalizers.IsAwaited(claim, StorageFinalizers.Claim) && !await IsUsedAsync(key, stop))
        {
            await Finalizers.ReleaseAsync(_api, claim, StorageFinalizers.Claim, stop);
        }

        return ReconcileResult.Done;
    }

    /// <summary>The cache may be behind: only the API knows of a pod that was bound a moment ago.</summary>
    private async ValueTask<bool> IsUsedAsync(ObjectKey claim, CancellationToken stop) =>
        _users.Find(claim.ToString()).Any(pod => Uses(pod, claim))
        || (await _api.ListAsync<Pod>(new ListQuery(claim.Namespace), stop)).Items.Any(pod => Uses(pod, claim));

    /// <summary>
    /// A pod that no node has yet uses nothing; one that has ended leaves its volumes only when it is gone, as in Kubernetes. But one that
    /// is deleted in the foreground waits for the claim that was made for it: that it leaves as soon as its node is done with it.
    /// </summary>
    private static bool Uses(Pod pod, ObjectKey claim) =>
        !string.IsNullOrEmpty(pod.Spec.NodeName)
        && pod.Spec.Volumes.Any(volume => PodClaims.For(pod, volume) == claim && (volume.Ephemeral is null || !IsShutDown(pod)));

    private static bool IsShutDown(Pod pod) => pod.Metadata is { DeletionTimestamp: not null, DeletionGracePeriodSeconds: 0 };
}
