using Coppice.Client;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Batch;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Jobs;

/// <summary>Lets go of pods that were kept to be counted by a Job that is gone, or over, or no longer has them.</summary>
internal sealed class OrphanReconciler(IApiClient api, CacheSet caches, TimeProvider time) : IDeclaredReconciler
{
    private readonly ObjectCache<Pod> _pods = caches.Of<Pod>();
    private readonly ObjectCache<Job> _jobs = caches.Of<Job>();
    private readonly ControllerIndex<Pod> _byOwner = new(caches.Of<Pod>());

    public Controller Declare(Controller controller) => controller
        .WokenBy(_pods, change => change.New is { } pod && IsKeptForNobody(pod) ? [ObjectKey.Of(pod)] : [])
        .WokenBy(_jobs, change => change.New is null || JobConditions.IsFinished(change.New.Status)
            ? _byOwner.ControlledBy(change.Item.Metadata.Uid).Where(JobPods.IsTracked).Select(ObjectKey.Of)
            : []);

    public async ValueTask<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken stop)
    {
        if (_pods.Find(key) is not { } pod || !IsKeptForNobody(pod) || await IsCountedByAsync(pod, stop))
        {
            return ReconcileResult.Done;
        }

        if (await JobFinalizer.RemoveAsync(api, pod, stop) is { } written)
        {
            await _pods.ExpectAsync(written, time, stop);
        }

        return ReconcileResult.Done;
    }

    private bool IsKeptForNobody(Pod pod) => JobPods.IsTracked(pod) && (ControllerRef.Of(pod), ControllerRef.KeyOf<Job>(pod)) switch
    {
        (null, _) => true,

        // Whoever else controls it may keep it by the same finalizer.
        (_, null) => false,
        (var owner, { } key) => _jobs.Find(key) is not { } job || job.Metadata.Uid != owner.Uid || IsOver(job),
    };

    private static bool IsOver(Job job) => JobConditions.IsFinished(job.Status) && !JobPods.IsManagedByOthers(job);

    /// <summary>The cache may not know the Job yet, whose pod would go uncounted.</summary>
    private async ValueTask<bool> IsCountedByAsync(Pod pod, CancellationToken stop) =>
        ControllerRef.KeyOf<Job>(pod) is { } key
        && await api.FindAsync<Job>(key, stop) is { } job
        && job.Metadata.Uid == ControllerRef.Of(pod)!.Uid
        && !IsOver(job);
}
