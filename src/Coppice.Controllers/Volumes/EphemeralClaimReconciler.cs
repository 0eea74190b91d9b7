using Coppice.Client;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Volumes;

/// <summary>Makes the claims of a pod's ephemeral volumes. They go with the pod, as everything that it owns.</summary>
internal sealed class EphemeralClaimReconciler(IApiClient api, CacheSet caches, IEventRecorder events, TimeProvider time) : IDeclaredReconciler
{
    private readonly ObjectCache<Pod> _pods = caches.Of<Pod>();
    private readonly ObjectCache<PersistentVolumeClaim> _claims = caches.Of<PersistentVolumeClaim>();
    private readonly CacheIndex<Pod> _users = caches.Of<Pod>().AddIndex(Indexes.ByClaim);

    public Controller Declare(Controller controller) => controller
        .WokenBy(_pods, change => change is { Old: null, New: { } pod } && EphemeralClaims.Has(pod) ? [ObjectKey.Of(pod)] : [])
        .WokenBy(_claims, change => change.New is null ? _users.Find(ObjectKey.Of(change.Item).ToString()).Where(EphemeralClaims.Has).Select(ObjectKey.Of) : []);

    public async ValueTask<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken stop)
    {
        if (_pods.Find(key) is not { } pod)
        {
            return ReconcileResult.Done;
        }

        foreach (var one in EphemeralClaims.Plan(pod, _claims.Find))
        {
            if (one.Problem is { } why)
            {
                Tell(pod, one, why);
            }
            else
            {
                await MakeAsync(pod, one, stop);
            }
        }

        return ReconcileResult.Done;
    }

    private async ValueTask MakeAsync(Pod pod, EphemeralClaim one, CancellationToken stop)
    {
        var claim = one.Missing!;
        try
        {
            await _claims.ExpectAsync(await api.CreateAsync(claim, stop), time, stop);
        }
        catch (ApiException e) when (e.IsNamespaceTerminating())
        {
            // The pod goes too.
        }
        catch (ApiException e)
        {
            Tell(pod, one, $"create PVC {claim.Metadata.Name}: {e.Message}");
            throw;
        }
    }

    private void Tell(Pod pod, EphemeralClaim one, string why) => events.Record(pod, "Warning", "FailedBinding", $"ephemeral volume {one.Volume}: {why}");
}
