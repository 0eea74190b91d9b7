using Coppice.Client;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Batch;

namespace Coppice.Controllers.CronJobs;

/// <summary>Makes the Jobs of a CronJob when they are due, and clears up behind them.</summary>
internal sealed class CronJobReconciler(IApiClient api, CacheSet caches, IEventRecorder events, TimeProvider time) : IDeclaredReconciler
{
    private readonly ObjectCache<CronJob> _crons = caches.Of<CronJob>();
    private readonly ObjectCache<Job> _jobs = caches.Of<Job>();
    private readonly ControllerIndex<Job> _byOwner = new(caches.Of<Job>());
    private readonly Deletions<Job> _deletions = new(caches.Of<Job>());

    public Controller Declare(Controller controller) => controller
        .Watches(_crons)
        .Owns<CronJob, Job>(_jobs);

    public async ValueTask<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken stop)
    {
        // Deleted: the garbage collector removes the Jobs.
        if (_crons.Find(key) is not { } cron)
        {
            return ReconcileResult.Done;
        }

        // 1. Observe.
        var jobs = _byOwner.ControlledBy(cron.Metadata.Uid).Where(job => !_deletions.IsGoing(job)).ToList();

        // 2. Plan.
        var now = time.GetUtcNow();
        var plan = CronJobPlanner.Plan(cron, jobs, now);

        // 3. Apply.
        foreach (var news in plan.News)
        {
            events.Record(cron, news.Type, news.Reason, news.Message);
        }

        foreach (var job in plan.Delete)
        {
            await DeleteAsync(cron, job, stop);
        }

        var status = plan.Status;
        if (plan.Create is { } wanted)
        {
            status = status with { LastScheduleTime = plan.DueAt };
            if (await CreateAsync(cron, wanted, stop) is { } made)
            {
                status = status with { Active = status.Active.Add(CronJobPlanner.ReferenceTo(made)) };
            }
        }

        if (status != cron.Status)
        {
            await _crons.ExpectAsync(await api.UpdateStatusAsync(cron with { Status = status }, stop), time, stop);
        }

        return plan.NextLookAt is { } at ? ReconcileResult.After(at - now) : ReconcileResult.Done;
    }

    /// <returns>Null if it is there already, from before a crash, or cannot be made in a namespace that goes.</returns>
    private async ValueTask<Job?> CreateAsync(CronJob cron, Job wanted, CancellationToken stop)
    {
        try
        {
            var made = await api.CreateAsync(wanted, stop);
            await _jobs.ExpectAsync(made, time, stop);
            events.Record(cron, "Normal", "SuccessfulCreate", $"Created job {made.Metadata.Name}");
            return made;
        }
        catch (ApiException e) when (e.IsAlreadyExists || e.IsNamespaceTerminating())
        {
            return null;
        }
        catch (ApiException e)
        {
            events.Record(cron, "Warning", "FailedCreate", $"Error creating job: {e.Message}");
            throw;
        }
    }

    private async ValueTask DeleteAsync(CronJob cron, Job job, CancellationToken stop)
    {
        try
        {
            await _deletions.DeleteAsync(api, job, "Background", stop);
            events.Record(cron, "Normal", "SuccessfulDelete", $"Deleted job {job.Metadata.Name}");
        }
        catch (ApiException e)
        {
            events.Record(cron, "Warning", "FailedDelete", $"Deleted job: {e.Message}");
            throw;
        }
    }
}
