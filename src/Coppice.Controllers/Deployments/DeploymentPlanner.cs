using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Apps;

namespace Coppice.Controllers.Deployments;

/// <summary>
/// One step of a Deployment towards its template and size. A step resizes either the newest ReplicaSet or the older ones, never both,
/// and the next follows when the ReplicaSets' statuses have.
/// </summary>
internal static class DeploymentPlanner
{
    public static DeploymentPlan Plan(DeploymentWorld world, DateTimeOffset now)
    {
        var draft = new RolloutDraft(world.Deployment, world.ReplicaSets);
        if (world.Deployment.Metadata.DeletionTimestamp is not null)
        {
            return Finish(draft, RolloutStatus.Count(draft, now), created: false, nextLookAt: null);
        }

        if (RolloutStatus.HasDeadline(draft.Deployment))
        {
            draft.Deployment = draft.Deployment with { Status = draft.Deployment.Status.WithPause(draft.Deployment.Spec.Paused, now) };
        }

        if (draft.Deployment.Spec.Paused || ProportionalScaling.IsDue(draft))
        {
            SyncNewest(draft, create: false, now);
            ProportionalScaling.Apply(draft);
            if (draft.Deployment.Spec.Paused)
            {
                CleanUp(draft);
            }

            return Finish(draft, RolloutStatus.Count(draft, now), created: false, nextLookAt: null);
        }

        var hadNew = draft.New is not null;
        if (draft.Limits.IsRolling)
        {
            Roll(draft, now);
        }
        else
        {
            Recreate(draft, world, now);
        }

        var status = RolloutStatus.Judge(draft, now);
        return Finish(draft, status, created: !hadNew && draft.New is not null, RolloutStatus.Deadline(draft.Deployment, status));
    }

    /// <summary>Finds or makes the template's ReplicaSet and gives it the newest revision.</summary>
    private static void SyncNewest(RolloutDraft draft, bool create, DateTimeOffset now)
    {
        var revision = draft.Old.Select(s => Revisions.Of(s.Item)).DefaultIfEmpty(0).Max() + 1;
        var hasDeadline = RolloutStatus.HasDeadline(draft.Deployment);
        if (draft.New is { } found)
        {
            found.Item = Revisions.Annotate(found.Item, draft.Deployment, revision);
            found.Item = found.Item with { Spec = found.Item.Spec with { MinReadySeconds = draft.Deployment.Spec.MinReadySeconds } };
            if (hasDeadline && DeploymentConditions.Find(draft.Deployment.Status, DeploymentConditionType.Progressing) is null)
            {
                Note(draft, DeploymentConditions.Found(found.Item.Metadata.Name!, now));
            }
        }
        else if (create)
        {
            var made = Revisions.Annotate(Revisions.Make(draft.Deployment), draft.Deployment, revision);
            draft.New = new DraftSet(null, made);
            draft.New.Scale(NewSize(draft), draft.Deployment);
            if (hasDeadline)
            {
                Note(draft, DeploymentConditions.Created(made.Metadata.Name!, now));
            }
        }
        else
        {
            return;
        }

        var text = draft.New!.Item.Metadata.Annotations.Find(Revisions.Revision);
        var metadata = draft.Deployment.Metadata;
        draft.Deployment = draft.Deployment with { Metadata = metadata with { Annotations = metadata.Annotations.With(Revisions.Revision, text ?? "") } };
    }

    private static void Note(RolloutDraft draft, DeploymentCondition condition) =>
        draft.Deployment = draft.Deployment with { Status = draft.Deployment.Status.With(condition) };

    private static void Roll(RolloutDraft draft, DateTimeOffset now)
    {
        SyncNewest(draft, create: true, now);
        if (GrowNew(draft) || ShrinkOld(draft))
        {
            return;
        }

        if (RolloutStatus.IsComplete(draft.Deployment, draft.Deployment.Status))
        {
            CleanUp(draft);
        }
    }

    private static bool GrowNew(RolloutDraft draft)
    {
        var current = draft.New!;
        var size = NewSize(draft);
        if (current.Size == size)
        {
            return false;
        }

        draft.Scale(current, size);
        return true;
    }

    /// <summary>As many as are wanted and the surge has room for.</summary>
    private static int NewSize(RolloutDraft draft)
    {
        var limits = draft.Limits;
        var size = draft.New!.Size;
        if (!limits.IsRolling || size >= limits.Desired)
        {
            return limits.Desired;
        }

        var room = limits.Desired + limits.MaxSurge - draft.All.Sum(s => s.Occupied);
        return size + Math.Clamp(room, 0, limits.Desired - size);
    }

    /// <summary>
    /// Takes from the old as much as availability allows. Pods that don't serve are taken first: they can't be missed, and would
    /// otherwise block a rollout that mends them.
    /// </summary>
    private static bool ShrinkOld(RolloutDraft draft)
    {
        var limits = draft.Limits;
        var newMissing = draft.New!.Size - draft.New.Available;
        var budget = draft.TotalSize - limits.MinAvailable - newMissing;
        if (budget <= 0 || draft.Old.All(o => o.Size == 0))
        {
            return false;
        }

        var taken = 0;
        foreach (var old in draft.Old)
        {
            var idle = Math.Min(budget - taken, old.Size - old.Available);
            taken += idle;
            draft.Scale(old, old.Size - idle);
        }

        var spare = Math.Min(draft.All.Sum(s => s.Available) - limits.MinAvailable, budget - taken);
        foreach (var old in draft.Old)
        {
            var serving = Math.Clamp(spare, 0, old.Size);
            spare -= serving;
            taken += serving;
            draft.Scale(old, old.Size - serving);
        }

        return taken > 0;
    }

    /// <summary>All old pods go, and only when the last is gone does the first new one come.</summary>
    private static void Recreate(RolloutDraft draft, DeploymentWorld world, DateTimeOffset now)
    {
        SyncNewest(draft, create: false, now);
        var shrinks = draft.Old.Any(o => o.Size > 0);
        foreach (var old in draft.Old)
        {
            draft.Scale(old, 0);
        }

        if (shrinks || draft.Old.Any(o => o.Item.Status.Replicas > 0 || world.PodsOf(o.Item).Any(p => !PodState.IsTerminal(p))))
        {
            return;
        }

        SyncNewest(draft, create: true, now);
        draft.Scale(draft.New!, draft.Limits.Desired);
        if (RolloutStatus.IsComplete(draft.Deployment, draft.Deployment.Status))
        {
            CleanUp(draft);
        }
    }

    /// <summary>Removes the oldest empty ReplicaSets beyond the history's limit.</summary>
    private static void CleanUp(RolloutDraft draft)
    {
        if (draft.Deployment.Spec.RevisionHistoryLimit is not { } limit || limit == int.MaxValue)
        {
            return;
        }

        var kept = draft.Old.Where(o => o.Item.Metadata.DeletionTimestamp is null).OrderBy(o => Revisions.Of(o.Item)).ToList();
        draft.Delete.AddRange(kept
            .Take(Math.Max(0, kept.Count - limit))
            .Select(o => o.Item)
            .Where(s => s.Status.Replicas == 0 && s.Spec.Replicas == 0 && s.Metadata.Generation <= s.Status.ObservedGeneration));
    }

    /// <param name="nextLookAt">Only where progress was judged: elsewhere a deadline that passed would be looked at again and again.</param>
    private static DeploymentPlan Finish(RolloutDraft draft, DeploymentStatus status, bool created, DateTimeOffset? nextLookAt) => new(
        draft.Deployment.Metadata.Annotations,
        created ? draft.New!.ToChange() : null,
        [.. draft.All.Where(s => s.Observed is not null && s.Item != s.Observed).Select(s => s.ToChange())],
        draft.Delete,
        status,
        nextLookAt);
}
