using Coppice.Controllers.Runtime;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;

namespace Coppice.Controllers.DaemonSets;

/// <summary>One pod on every node where the daemon belongs, and their replacement, few at a time, when the template changes.</summary>
internal static class DaemonSetPlanner
{
    public const string HashLabel = "controller-revision-hash";

    public static DaemonSetPlan Plan(DaemonSetWorld world, DateTimeOffset now)
    {
        var spec = DaemonPlacement.SpecOf(world.Set);
        var byNode = Present(world).ToLookup(p => DaemonPlacement.NodeOf(p) ?? "");
        var places = world.Nodes
            .Select(n => new Place(n.Metadata.Name!, DaemonPlacement.Fit(world.Set, spec, n), [.. byNode[n.Metadata.Name!]]))
            .ToList();
        var create = new List<string>();
        var delete = new List<DaemonDeletion>();
        var failed = new SortedSet<string>(StringComparer.Ordinal);
        var surge = Limits(world.Set, places).Surge;
        foreach (var place in places)
        {
            Manage(place, world, surge, new(create, delete, failed), now);
        }

        // Meant for a node that is gone, and never started.
        var known = places.Select(p => p.Node).ToHashSet(StringComparer.Ordinal);
        delete.AddRange(world.Pods
            .Where(p => string.IsNullOrEmpty(p.Spec.NodeName) && !world.IsGoing(p) && DaemonPlacement.NodeOf(p) is { } node && !known.Contains(node))
            .Select(p => new DaemonDeletion(p, null)));
        if (world.Set.Spec.UpdateStrategy.Type != DaemonSetUpdateStrategyType.OnDelete)
        {
            Roll(places, world, create, delete, now);
        }

        var next = world.Pods
            .Select(p => PodState.AvailableFrom(p, world.Set.Spec.MinReadySeconds))
            .Concat(places.Where(p => p.Pods.Any(IsFailed)).Select(p => world.BackOff.Until(p.Node, now)))
            .Where(at => at > now)
            .Min();
        return new(create, delete, world.BackOff.After(failed, now), Observe(places, world, now), next);
    }

    /// <summary>The oldest first, but for those without a node.</summary>
    private static IEnumerable<Pod> Present(DaemonSetWorld world) => world.Pods
        .Where(p => !PodState.IsTerminal(p) || !world.IsGoing(p) || IsAwaited(p, world))
        .OrderBy(p => string.IsNullOrEmpty(p.Spec.NodeName))
        .ThenBy(p => p.Metadata.CreationTimestamp)
        .ThenBy(p => p.Metadata.Name, StringComparer.Ordinal);

    /// <summary>
    /// What has ended and goes is not waited for, but for an old one, which its agent removes in a moment: who counts pods during an update
    /// sees no more of them missing than may be. What somebody keeps by a finalizer holds up nothing.
    /// </summary>
    private static bool IsAwaited(Pod ended, DaemonSetWorld world) => !IsNew(ended, world) && ended.Metadata.Finalizers.IsEmpty;

    private static void Manage(Place place, DaemonSetWorld world, int surge, Draft draft, DateTimeOffset now)
    {
        if (place.Fit == NodeFit.None)
        {
            draft.Delete.AddRange(place.Pods.Where(p => !world.IsGoing(p)).Select(p => new DaemonDeletion(p, null)));
            return;
        }

        // A pod that is shutting down still has the node's ports and files: its successor waits for its end.
        if (place.Pods.Count == 0 && place.Fit == NodeFit.Runs)
        {
            draft.Create.Add(place.Node);
            return;
        }

        var living = new List<Pod>();
        foreach (var pod in place.Pods.Where(p => !world.IsGoing(p)))
        {
            if (IsFailed(pod) && world.BackOff.Until(place.Node, now) is not null)
            {
                continue;
            }

            if (PodState.IsTerminal(pod))
            {
                draft.Delete.Add(new(pod, Ended(pod, place.Node)));
                if (IsFailed(pod))
                {
                    draft.Failed.Add(place.Node);
                }
            }
            else
            {
                living.Add(pod);
            }
        }

        // With surge an old and a new pod may be there together.
        var kept = surge == 0 || living.Count == 0
            ? living.Take(1).ToList()
            : [.. living.Where(p => !IsNew(p, world)).Take(1), .. living.Where(p => IsNew(p, world)).Take(1)];
        draft.Delete.AddRange(living.Except(kept).Select(p => new DaemonDeletion(p, null)));
    }

    private static (string, string, string) Ended(Pod pod, string node) => IsFailed(pod)
        ? ("Warning", "FailedDaemonPod", $"Found failed daemon pod {pod.Metadata.Namespace}/{pod.Metadata.Name} on node {node}, will try to kill it")
        : ("Normal", "SucceededDaemonPod", $"Found succeeded daemon pod {pod.Metadata.Namespace}/{pod.Metadata.Name} on node {node}, will try to delete it");

    private static void Roll(List<Place> places, DaemonSetWorld world, List<string> create, List<DaemonDeletion> delete, DateTimeOffset now)
    {
        var (surge, unavailable) = Limits(world.Set, places);
        var going = delete.Select(d => d.Pod).ToHashSet(ReferenceEqualityComparer.Instance);
        var (broken, candidates) = (new List<(string Node, Pod Old)>(), new List<(string Node, Pod Old)>());
        var (missing, surging, serving) = (0, 0, 0);
        var misplaced = new List<Pod>();
        foreach (var place in places.Where(p => p.Fit != NodeFit.None))
        {
            var living = place.Pods.Where(p => !world.IsGoing(p) && !PodState.IsTerminal(p) && !going.Contains(p)).ToList();
            var old = living.FirstOrDefault(p => !IsNew(p, world));
            var fresh = living.FirstOrDefault(p => IsNew(p, world));
            var isFreshWell = fresh is not null && PodState.IsAvailable(fresh, world.Set.Spec.MinReadySeconds, now);
            var isOldWell = old is not null && PodState.IsAvailable(old, world.Set.Spec.MinReadySeconds, now);
            serving += isOldWell || (old is null && isFreshWell) ? 1 : 0;
            if (old is null)
            {
                missing += isFreshWell || place.Fit != NodeFit.Runs ? 0 : 1;
            }
            else if (fresh is null)
            {
                if (surge > 0 && IsRefused(place, world, now))
                {
                    surging++;
                }
                else if (surge == 0 || place.Fit == NodeFit.Runs)
                {
                    (isOldWell ? candidates : broken).Add((place.Node, old));
                }
                else if (isOldWell)
                {
                    misplaced.Add(old);
                }
                else
                {
                    delete.Add(new(old, null));
                }
            }
            else
            {
                delete.AddRange(isFreshWell || !PodState.IsReady(old) ? [new(old, null)] : []);
                surging += isFreshWell ? 0 : 1;
            }
        }

        // What does not serve is replaced at once; what serves, as far as the limits allow.
        if (surge > 0)
        {
            create.AddRange(broken.Concat(candidates.Take(Math.Max(0, surge - surging))).Select(c => c.Node));

            // Where no new one may come, an old one goes when enough serve where they should.
            delete.AddRange(misplaced.Take(Math.Max(0, serving - places.Count(p => p.Fit == NodeFit.Runs))).Select(p => new DaemonDeletion(p, null)));
        }
        else
        {
            delete.AddRange(broken.Concat(candidates.Take(Math.Max(0, unavailable - missing - broken.Count))).Select(c => new DaemonDeletion(c.Old, null)));
        }
    }

    /// <summary>A new one has failed there beside the old one, and another would, too: it is waited for as for one that does not serve yet.</summary>
    private static bool IsRefused(Place place, DaemonSetWorld world, DateTimeOffset now) =>
        world.BackOff.Until(place.Node, now) is not null && place.Pods.Any(p => IsFailed(p) && IsNew(p, world) && !world.IsGoing(p));

    private static (int Surge, int Unavailable) Limits(DaemonSet set, List<Place> places)
    {
        var desired = places.Count(p => p.Fit == NodeFit.Runs);
        var rolling = set.Spec.UpdateStrategy.Type == DaemonSetUpdateStrategyType.OnDelete ? null : set.Spec.UpdateStrategy.RollingUpdate;
        var surge = rolling?.MaxSurge?.Scale(desired, roundUp: true) ?? 0;
        var unavailable = rolling?.MaxUnavailable?.Scale(desired, roundUp: true) ?? (surge > 0 ? 0 : 1);
        return (surge, surge == 0 && unavailable == 0 ? 1 : unavailable);
    }

    private static DaemonSetStatus Observe(List<Place> places, DaemonSetWorld world, DateTimeOffset now)
    {
        var wanted = places.Where(p => p.Fit == NodeFit.Runs).ToList();

        // While an old one is there, its place is not updated, whatever comes beside it.
        var first = wanted.Select(p => p.Pods.FirstOrDefault(q => !world.IsGoing(q)) ?? p.Pods.FirstOrDefault()).OfType<Pod>().ToList();
        var available = first.Count(p => PodState.IsAvailable(p, world.Set.Spec.MinReadySeconds, now));
        return world.Set.Status with
        {
            DesiredNumberScheduled = wanted.Count,
            CurrentNumberScheduled = first.Count,
            NumberMisscheduled = places.Count(p => p.Fit != NodeFit.Runs && p.Pods.Count > 0),
            NumberReady = first.Count(PodState.IsReady),
            UpdatedNumberScheduled = first.Count(p => IsNew(p, world)),
            NumberAvailable = available,
            NumberUnavailable = wanted.Count - available,
            ObservedGeneration = world.Set.Metadata.Generation,
            CollisionCount = world.Revision.Collisions > 0 ? world.Revision.Collisions : world.Set.Status.CollisionCount,
        };
    }

    private static bool IsNew(Pod pod, DaemonSetWorld world) => pod.Metadata.Labels.Find(HashLabel) == world.Revision.Hash;

    private static bool IsFailed(Pod pod) => pod.Status.Phase == PodPhase.Failed;

    /// <param name="Failed">The nodes whose failed pods are deleted.</param>
    private sealed record Draft(List<string> Create, List<DaemonDeletion> Delete, SortedSet<string> Failed);

    private sealed record Place(string Node, NodeFit Fit, IReadOnlyList<Pod> Pods);
}
