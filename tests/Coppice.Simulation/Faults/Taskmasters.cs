using System.Globalization;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Batch;
using Coppice.Simulation.World;

namespace Coppice.Simulation.Faults;

/// <summary>Users who let something run to its end, now or by the clock. All of it needs the server.</summary>
internal sealed class Taskmasters(SimulatedCluster cluster, Chronicle chronicle, Random random)
{
    private static readonly TimeSpan ScheduleWithin = TimeSpan.FromMinutes(12);

    private int _jobs;

    public void StartJob()
    {
        var key = new ObjectKey(random.Next(3) == 0 ? Applications.TeamNamespace : "default", string.Create(CultureInfo.InvariantCulture, $"job{++_jobs}"));
        var job = Batches.Job(key, random);
        chronicle.Note(
            $"starts job {key}: {job.Spec.Completions} × {job.Spec.Template.Spec.Containers[0].Image}, {job.Spec.Parallelism} at once, {job.Spec.CompletionMode}, "
            + $"replaces {job.Spec.PodReplacementPolicy}");
        Users.Try(() => cluster.Do(api => api.CreateAsync(job, default)));
    }

    /// <summary>It is held up or goes on, or more or fewer of its pods may run at once.</summary>
    public void ChangeJob()
    {
        if (Draw(Unfinished()) is not { } job)
        {
            return;
        }

        var key = ObjectKey.Of(job);
        if (random.Next(2) == 0)
        {
            var isToWait = job.Spec.Suspend != true;
            chronicle.Note($"{(isToWait ? "suspends" : "resumes")} job {key}");
            Users.Try(() => cluster.Change<Job>(key, j => j with { Spec = j.Spec with { Suspend = isToWait } }));
        }
        else
        {
            var parallelism = random.Next(0, 6);
            chronicle.Note($"lets {parallelism} pods of job {key} run at once");
            Users.Try(() => cluster.Change<Job>(key, j => j with { Spec = j.Spec with { Parallelism = parallelism } }));
        }
    }

    public void DeleteJob()
    {
        if (Draw([.. cluster.Stored.All<Job>().Where(j => j.Metadata.DeletionTimestamp is null && j.Metadata.OwnerReferences.IsEmpty)]) is { } job)
        {
            var policy = random.Next(2) == 0 ? "Background" : "Foreground";
            chronicle.Note($"deletes job {ObjectKey.Of(job)} ({policy})");
            Users.Try(() => cluster.Do(api => api.DeleteAsync<Job>(ObjectKey.Of(job), new() { PropagationPolicy = policy }, default)));
        }
    }

    /// <summary>One is made, held up, goes on, or is deleted.</summary>
    public void ChangeCronJob()
    {
        var key = Batches.CronJobs[random.Next(Batches.CronJobs.Count)].Key;
        if (cluster.Stored.Find<CronJob>(key) is not { } cron)
        {
            var made = Batches.CronJob(key, random);
            chronicle.Note($"makes cron job {key}: {made.Spec.Schedule}, {made.Spec.ConcurrencyPolicy}, {made.Spec.JobTemplate.Spec.Template.Spec.Containers[0].Image}");
            Users.Try(() => cluster.Do(api => api.CreateAsync(made, default)));
        }
        else if (random.Next(3) == 0)
        {
            chronicle.Note($"deletes cron job {key}");
            Users.Try(() => cluster.Do(api => api.DeleteAsync<CronJob>(key, new() { PropagationPolicy = "Background" }, default)));
        }
        else
        {
            Suspend(key, cron.Spec.Suspend != true);
        }
    }

    /// <summary>Each schedule is seen to be kept, and then held up; and every Job may come to its end.</summary>
    /// <exception cref="InvalidOperationException">Nothing is made by the clock, and nothing hinders it.</exception>
    public void BecomeModest()
    {
        foreach (var job in Unfinished().Where(j => j.Spec.Suspend == true || j.Spec.Parallelism == 0))
        {
            chronicle.Note($"lets job {ObjectKey.Of(job)} go on");
            Users.Try(() => cluster.Change<Job>(ObjectKey.Of(job), j => j with { Spec = j.Spec with { Suspend = false, Parallelism = 2 } }));
        }

        foreach (var key in CronJobs().Where(c => c.Spec.Suspend == true).Select(ObjectKey.Of))
        {
            Suspend(key, false);
        }

        var from = cluster.Loop.Time.GetUtcNow();
        if (!cluster.Loop.RunUntil(() => CronJobs().All(c => IsKept(c, from)), ScheduleWithin))
        {
            var late = CronJobs().Where(c => !IsKept(c, from)).Select(c => $"{ObjectKey.Of(c)} ({c.Spec.Schedule}), last at {c.Status.LastScheduleTime:O}");
            throw new InvalidOperationException($"cron jobs are not run: {string.Join(", ", late)}");
        }

        foreach (var key in CronJobs().Select(ObjectKey.Of))
        {
            Suspend(key, true);
        }
    }

    // By its own clock. One that was last run when the clock was ahead waits until it is that late again.
    private bool IsKept(CronJob cron, DateTimeOffset from) =>
        cron.Status.LastScheduleTime + TimeSpan.FromMinutes(5) >= from + cluster.Clock.Ahead
        || cluster.Stored.All<Job>().Any(j => j.Metadata.OwnerReferences.Any(o => o.Uid == cron.Metadata.Uid) && !JobConditions.IsFinished(j.Status));

    private List<CronJob> CronJobs() => [.. cluster.Caches.CronJobs.Items.Where(c => c.Metadata.DeletionTimestamp is null)];

    private List<Job> Unfinished() => [.. cluster.Stored.All<Job>().Where(j => j.Metadata.DeletionTimestamp is null && !JobConditions.IsFinished(j.Status))];

    private void Suspend(ObjectKey key, bool isToWait)
    {
        chronicle.Note($"{(isToWait ? "suspends" : "resumes")} cron job {key}");
        Users.Try(() => cluster.Change<CronJob>(key, c => c with { Spec = c.Spec with { Suspend = isToWait } }));
    }

    private Job? Draw(List<Job> from) => from.Count == 0 ? null : from[random.Next(from.Count)];
}
