using Coppice.Objects;
using Coppice.Objects.Batch;
using Coppice.Simulation.World;

namespace Coppice.Simulation.Checks.Laws;

/// <summary>No time gets two Jobs, and where Jobs may not run beside each other none does.</summary>
internal sealed class CronJobLaw(StoredWorld world) : ILaw
{
    private readonly HashSet<(string Uid, string Job)> _made = [];

    public void Look(Write write)
    {
        if (write is not { Old: null, New: Job made } || made.Metadata.OwnerReferences.FirstOrDefault(o => o is { Controller: true, Kind: nameof(CronJob) }) is not { } owner)
        {
            return;
        }

        if (!_made.Add((owner.Uid, made.Metadata.Name!)))
        {
            throw new InvalidOperationException($"cron job {owner.Name} makes {made.Metadata.Name} a second time");
        }

        var others = world.All<Job>(made.Metadata.Namespace!)
            .Where(j => j.Metadata is { DeletionTimestamp: null } && j.Metadata.Uid != made.Metadata.Uid && j.Metadata.OwnerReferences.Any(o => o.Uid == owner.Uid))
            .Where(j => !JobConditions.IsFinished(j.Status))
            .ToList();
        if (others.Count > 0 && world.Find<CronJob>(new(made.Metadata.Namespace!, owner.Name))?.Spec.ConcurrencyPolicy is ConcurrencyPolicy.Forbid or ConcurrencyPolicy.Replace)
        {
            throw new InvalidOperationException($"cron job {owner.Name} makes {made.Metadata.Name} beside {others[0].Metadata.Name}");
        }
    }
}
