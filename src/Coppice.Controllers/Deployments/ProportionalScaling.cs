using Coppice.Objects.Apps;

namespace Coppice.Controllers.Deployments;

/// <summary>
/// Scaling when the Deployment's size changed: the one ReplicaSet takes it all; in the middle of a rollout each takes its share, so
/// that a risk that was being tried out on a tenth of the pods stays on a tenth. What recreates its pods has no shares, and goes on as it is.
/// </summary>
internal static class ProportionalScaling
{
    public static void Apply(RolloutDraft draft)
    {
        if (TheOnlyOne(draft) is { } only)
        {
            // Noted even if it has that size already, as one that was resized by somebody else: it would be due for ever.
            only.Scale(draft.Limits.Desired, draft.Deployment);
            return;
        }

        if (draft.New is { } current && IsSaturated(current, draft.Limits))
        {
            foreach (var old in draft.Old.Where(o => o.Size > 0))
            {
                draft.Scale(old, 0);
            }

            return;
        }

        if (draft.Limits.IsRolling)
        {
            Share(draft);
            return;
        }

        foreach (var set in draft.Active)
        {
            set.Scale(set.Size, draft.Deployment);
        }
    }

    /// <summary>True if the Deployment's size is not the one that its ReplicaSets were scaled for.</summary>
    public static bool IsDue(RolloutDraft draft) =>
        draft.Active.Any(s => Revisions.Number(s.Item, Revisions.DesiredReplicas) is { } noted && noted != draft.Limits.Desired);

    private static DraftSet? TheOnlyOne(RolloutDraft draft) => draft.Active.ToList() switch
    {
        [] => draft.New ?? draft.Old.LastOrDefault(),
        [var only] => only,
        _ => null,
    };

    private static bool IsSaturated(DraftSet set, RolloutLimits limits) =>
        set.Size == limits.Desired
        && Revisions.Number(set.Item, Revisions.DesiredReplicas) == limits.Desired
        && set.Item.Status.AvailableReplicas == limits.Desired;

    private static void Share(RolloutDraft draft)
    {
        var limits = draft.Limits;
        var toAdd = (limits.Desired > 0 ? limits.Desired + limits.MaxSurge : 0) - draft.TotalSize;
        var sets = Ranked(draft.Active, newestFirst: toAdd > 0);
        var sizes = new int[sets.Count];
        var added = 0;
        for (var i = 0; i < sets.Count; i++)
        {
            var share = toAdd == 0 ? 0 : Part(sets[i].Item, draft.Deployment, limits, toAdd, added);
            sizes[i] = sets[i].Size + share;
            added += share;
        }

        for (var i = 0; i < sets.Count; i++)
        {
            // What rounding left over goes to the largest.
            var size = i == 0 && toAdd != 0 ? Math.Max(0, sizes[i] + toAdd - added) : sizes[i];
            sets[i].Scale(size, draft.Deployment);
        }
    }

    private static List<DraftSet> Ranked(IEnumerable<DraftSet> sets, bool newestFirst)
    {
        var bySize = sets.OrderByDescending(s => s.Size);
        var byAge = newestFirst
            ? bySize.ThenByDescending(s => s.Observed is null).ThenByDescending(s => s.Item.Metadata.CreationTimestamp)
            : bySize.ThenBy(s => s.Observed is null).ThenBy(s => s.Item.Metadata.CreationTimestamp);
        return [.. byAge.ThenBy(s => s.Item.Metadata.Name, StringComparer.Ordinal)];
    }

    private static int Part(ReplicaSet set, Deployment deployment, RolloutLimits limits, int toAdd, int added)
    {
        var size = set.Spec.Replicas ?? 1;
        if (size == 0 || toAdd == added)
        {
            return 0;
        }

        var part = Fraction(set, deployment, limits, size);
        return toAdd > 0 ? Math.Min(part, toAdd - added) : Math.Max(part, toAdd - added);
    }

    private static int Fraction(ReplicaSet set, Deployment deployment, RolloutLimits limits, int size)
    {
        if (limits.Desired == 0)
        {
            return -size;
        }

        var before = Revisions.Number(set, Revisions.MaxReplicas) ?? deployment.Status.Replicas;
        return before == 0
            ? 0
            : (int)Math.Round((double)size * (limits.Desired + limits.MaxSurge) / before, MidpointRounding.AwayFromZero) - size;
    }
}
