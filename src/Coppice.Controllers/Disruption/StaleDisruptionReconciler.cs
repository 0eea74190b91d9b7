using Coppice.Client;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Disruption;

/// <summary>Takes back what was said of a pod that it is about to go, when it has not gone for long: whoever said so has thought better of it, or crashed.</summary>
internal sealed class StaleDisruptionReconciler(IApiClient api, CacheSet caches, TimeProvider time) : IDeclaredReconciler
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly ObjectCache<Pod> _pods = caches.Of<Pod>();

    public Controller Declare(Controller controller) =>
        controller.WokenBy(_pods, change => change.New is { } pod && AnnouncedAt(pod) is not null ? [ObjectKey.Of(pod)] : []);

    public async ValueTask<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken stop)
    {
        if (_pods.Find(key) is not { } pod || AnnouncedAt(pod) is not { } since)
        {
            return ReconcileResult.Done;
        }

        var now = time.GetUtcNow();
        if (since.After(Patience) is var due && due > now)
        {
            return ReconcileResult.After(due - now);
        }

        await api.SetConditionAsync(
            pod, null, new() { Type = PodConditionType.DisruptionTarget, Status = ConditionStatus.False, LastTransitionTime = ApiTime.Truncate(now) }, stop);
        return ReconcileResult.Done;
    }

    /// <summary>Null for a pod that goes or has ended, or of which its node said so: that one has its own time.</summary>
    private static DateTimeOffset? AnnouncedAt(Pod pod) =>
        pod.Metadata.DeletionTimestamp is null
        && !PodState.IsTerminal(pod)
        && PodConditions.Find(pod.Status, PodConditionType.DisruptionTarget) is { Status: ConditionStatus.True, Reason: not "TerminationByKubelet" } said
            ? said.LastTransitionTime
            : null;
}
