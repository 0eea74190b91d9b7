using Coppice.Objects;
using Coppice.Objects.Batch;
using Coppice.Objects.Core;
using Coppice.Simulation.World;

namespace Coppice.Simulation.Checks;

/// <summary>What must be true of Jobs in a cluster that was left alone, when nothing more is made by the clock.</summary>
internal static class BatchAtRest
{
    /// <returns>What is not so yet, in words.</returns>
    public static IEnumerable<string> Missing(SimulatedCluster cluster)
    {
        var stored = cluster.Stored;
        foreach (var job in stored.All<Job>())
        {
            var pods = stored.All<Pod>(job.Metadata.Namespace!).Where(p => p.Metadata.OwnerReferences.Any(o => o.Uid == job.Metadata.Uid)).ToList();
            if (job.Metadata.DeletionTimestamp is not null || !JobConditions.IsFinished(job.Status))
            {
                yield return $"job {ObjectKey.Of(job)} is not over: {job.Status}, with {string.Join(", ", pods.Select(p => $"{p.Metadata.Name} ({p.Status.Phase})"))}";
            }
            else if (job.Status.Active != 0 || job.Status.Terminating > 0 || pods.Any(p => p.Status.Phase is not (PodPhase.Succeeded or PodPhase.Failed)))
            {
                yield return $"job {ObjectKey.Of(job)} is over, and has {job.Status.Active} active and {job.Status.Terminating} terminating pods";
            }
        }

        foreach (var cron in stored.All<CronJob>())
        {
            var jobs = stored.All<Job>().Where(j => j.Metadata.OwnerReferences.Any(o => o.Uid == cron.Metadata.Uid)).ToList();
            var (well, badly) = (jobs.Count(j => JobConditions.IsTrue(j.Status, JobConditionType.Complete)), jobs.Count(j => JobConditions.IsTrue(j.Status, JobConditionType.Failed)));
            if (well > cron.Spec.SuccessfulJobsHistoryLimit || badly > cron.Spec.FailedJobsHistoryLimit || !cron.Status.Active.IsEmpty)
            {
                yield return $"cron job {ObjectKey.Of(cron)} has {well} and {badly} jobs that are over, and {cron.Status.Active.Count} active ones, "
                    + $"and keeps {cron.Spec.SuccessfulJobsHistoryLimit} and {cron.Spec.FailedJobsHistoryLimit}";
            }
        }
    }
}
