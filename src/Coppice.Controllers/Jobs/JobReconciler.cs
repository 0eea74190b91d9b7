using System.Collections.Concurrent;
using Coppice.Client;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Batch;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Jobs;

/// <summary>Runs the pods of a Job until it is over, counts each of them once, and removes the Job when its time has come.</summary>
/// <param name="remover">The client of whoever removes Jobs that are over.</param>
internal sealed class JobReconciler(IApiClient api, IApiClient remover, CacheSet caches, IEventRecorder events, TimeProvider time) : IDeclaredReconciler
{
    private readonly ObjectCache<Job> _jobs = caches.Of<Job>();
    private readonly CacheIndex<Job> _byNamespace = caches.Of<Job>().AddIndex(Indexes.ByNamespace);
    private readonly Adoption<Job, Pod> _adoption = new(api, caches.Of<Pod>(), time);
    private readonly OwnedPods _pods = new(api, caches.Of<Pod>(), events, time);

    // Lost with the process, as Kubernetes' is; then the pods that are there tell.
    private readonly ConcurrentDictionary<ObjectKey, (string? Uid, JobBackOff BackOff)> _backOffs = [];

    public Controller Declare(Controller controller) => controller
        .Watches(_jobs)
        .Owns<Job, Pod>(caches.Of<Pod>())
        .WokenBy(caches.Of<Pod>(), Adopters);

    public async ValueTask<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken stop)
    {
        if (_jobs.Find(key) is not { } job || JobPods.IsManagedByOthers(job))
        {
            _backOffs.TryRemove(key, out _);
            return ReconcileResult.Done;
        }

        var now = time.GetUtcNow();
        if (JobConditions.IsFinished(job.Status))
        {
            _backOffs.TryRemove(key, out _);
            return await RemoveInTimeAsync(job, now, stop);
        }

        // 1. Observe.
        var pods = await _adoption.ClaimAsync(job, LabelQuery.Of(job.Spec.Selector), stop);

        // 2. Plan.
        var known = _backOffs.TryGetValue(key, out var last) && last.Uid == job.Metadata.Uid ? last.BackOff : null;
        var plan = JobPlanner.Plan(job, pods, known, _pods.IsGoing, now);

        // 3. Apply. What has ended is noted, let go of and counted, in this order, so that none is lost or counted twice.
        if (plan.Release.Count > 0)
        {
            job = await WriteAsync(job, plan.Noted, stop);
            _backOffs[key] = (job.Metadata.Uid, plan.BackOff);
            await ReleaseAsync(plan.Release, stop);
        }

        if (!plan.IsEnding)
        {
            await ReleaseAsync(plan.Delete, stop);
        }

        var failure = await _pods.DeleteAsync(job, plan.Delete, stop)
            ?? await _pods.CreateAsync(job, [.. plan.Create.Select(one => JobPods.Make(job, one))], stop);
        await WriteAsync(job, plan.Counted with { Active = plan.Counted.Active + (failure is null ? plan.Create.Count : 0) }, stop);
        foreach (var news in plan.News)
        {
            events.Record(job, news.Type, news.Reason, news.Message);
        }

        failure?.Throw();
        return plan.NextLookAt is { } at ? ReconcileResult.After(at - now) : ReconcileResult.Done;
    }

    private async ValueTask<ReconcileResult> RemoveInTimeAsync(Job job, DateTimeOffset now, CancellationToken stop)
    {
        if (job.Spec.TtlSecondsAfterFinished is not { } seconds || job.Metadata.DeletionTimestamp is not null)
        {
            return ReconcileResult.Done;
        }

        var end = (JobConditions.Find(job.Status, JobConditionType.Complete) ?? JobConditions.Find(job.Status, JobConditionType.Failed))!.LastTransitionTime ?? now;
        var due = end.After(Spans.Seconds(seconds));
        if (due > now)
        {
            return ReconcileResult.After(due - now);
        }

        await remover.DeleteAsync<Job>(
            ObjectKey.Of(job), new() { PropagationPolicy = "Foreground", Preconditions = new() { Uid = job.Metadata.Uid } }, stop);
        return ReconcileResult.Done;
    }

    private async ValueTask<Job> WriteAsync(Job job, JobStatus status, CancellationToken stop)
    {
        if (status == job.Status)
        {
            return job;
        }

        var written = await api.UpdateStatusAsync(job with { Status = status }, stop);
        await _jobs.ExpectAsync(written, time, stop);
        return written;
    }

    private async ValueTask ReleaseAsync(IReadOnlyList<Pod> pods, CancellationToken stop)
    {
        var outcomes = await Task.WhenAll(pods.Select(pod => JobFinalizer.RemoveAsync(api, pod, stop)));
        await caches.Of<Pod>().ExpectAllAsync(outcomes.OfType<Pod>(), time, stop);
    }

    /// <summary>A pod that nobody controls may be adopted by whoever's selector matches it.</summary>
    private IEnumerable<ObjectKey> Adopters(ObjectChange<Pod> change) =>
        change.New is { Metadata.DeletionTimestamp: null } pod && ControllerRef.Of(pod) is null && !pod.Metadata.Labels.IsEmpty
            ? _byNamespace.Find(pod.Metadata.Namespace ?? "").Where(job => LabelQuery.Of(job.Spec.Selector).Matches(pod.Metadata.Labels)).Select(ObjectKey.Of)
            : [];
}
