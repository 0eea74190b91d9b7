using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;

namespace Coppice.Controllers.StatefulSets;

/// <summary>
/// Which pods of a set to make and which to remove. In order: first those that are to be there, from the first number up, each only when
/// all before it are available; then those that are too many, from the last number down; then those of an older template, likewise.
/// A set with parallel management waits for none in the first two.
/// </summary>
internal static class StatefulSetPlanner
{
    public static StatefulSetPlan Plan(StatefulSetWorld world, DateTimeOffset now)
    {
        var set = world.Set;
        var first = StatefulIdentity.First(set);
        var count = set.Spec.Replicas ?? 1;
        var byOrdinal = world.Pods
            .Select(pod => (Ordinal: StatefulIdentity.OrdinalOf(set, pod), Pod: pod))
            .Where(one => one.Ordinal is not null)
            .ToDictionary(one => one.Ordinal!.Value, one => one.Pod);
        var wanted = Enumerable.Range(first, count).Select(ordinal => (Ordinal: ordinal, Pod: byOrdinal.GetValueOrDefault(ordinal))).ToList();
        List<Pod> condemned = [.. byOrdinal.Where(one => one.Key < first || one.Key - first >= count).OrderByDescending(one => one.Key).Select(one => one.Value)];

        var draft = new Draft(world, now);
        if (set.Metadata.DeletionTimestamp is null && draft.Fill(wanted) && draft.Shrink(condemned, wanted) && set.Spec.UpdateStrategy.Type == StatefulSetUpdateStrategyType.RollingUpdate)
        {
            draft.Roll(wanted);
        }

        return new(
            draft.Create,
            draft.Delete,
            [.. wanted.Select(one => one.Pod).OfType<Pod>()],
            condemned,
            Observe(world, draft.Rolled, now),
            world.Pods.Select(pod => PodState.AvailableFrom(pod, set.Spec.MinReadySeconds)).Where(at => at > now).Min());
    }

    private static StatefulSetStatus Observe(StatefulSetWorld world, int rolled, DateTimeOffset now)
    {
        var set = world.Set;
        var staying = world.Pods.Where(pod => !world.IsGoing(pod)).ToList();
        var status = new StatefulSetStatus
        {
            ObservedGeneration = set.Metadata.Generation,
            Replicas = world.Pods.Count,
            ReadyReplicas = world.Pods.Count(IsRunningAndReady),
            AvailableReplicas = world.Pods.Count(pod => IsRunningAndReady(pod) && PodState.IsAvailable(pod, set.Spec.MinReadySeconds, now)),
            CurrentReplicas = staying.Count(pod => StatefulIdentity.RevisionOf(pod) == world.Current) - rolled,
            UpdatedReplicas = staying.Count(pod => StatefulIdentity.RevisionOf(pod) == world.Update),
            CurrentRevision = world.Current,
            UpdateRevision = world.Update,
            CollisionCount = set.Status.CollisionCount ?? 0,
            Conditions = set.Status.Conditions,
        };

        // A rolling update that has reached every pod is over.
        var count = set.Spec.Replicas ?? 1;
        return set.Spec.UpdateStrategy.Type == StatefulSetUpdateStrategyType.RollingUpdate
            && status.UpdatedReplicas == count && status.ReadyReplicas == count && status.Replicas == count
                ? status with { CurrentReplicas = status.UpdatedReplicas, CurrentRevision = status.UpdateRevision }
                : status;
    }

    private static bool IsRunningAndReady(Pod pod) => pod.Status.Phase == PodPhase.Running && PodState.IsReady(pod);

    /// <summary>A plan while it is made. Each step answers whether the next one may follow.</summary>
    private sealed class Draft(StatefulSetWorld world, DateTimeOffset now)
    {
        private readonly StatefulSet _set = world.Set;
        private readonly bool _isOrdered = world.Set.Spec.PodManagementPolicy != PodManagementPolicyType.Parallel;

        public List<StatefulReplica> Create { get; } = [];

        public List<Pod> Delete { get; } = [];

        /// <summary>How many pods of the current revision are deleted to be made anew of the newest.</summary>
        public int Rolled { get; private set; }

        public bool Fill(IReadOnlyList<(int Ordinal, Pod? Pod)> wanted)
        {
            foreach (var (ordinal, pod) in wanted)
            {
                if (pod is null)
                {
                    if (!world.LacksClaims(ordinal))
                    {
                        Create.Add(new(ordinal, RevisionFor(ordinal)));
                    }
                }
                else if (PodState.IsTerminal(pod) && !world.IsGoing(pod))
                {
                    Delete.Add(pod);
                }

                if (_isOrdered && !IsAvailable(pod))
                {
                    return false;
                }
            }

            return true;
        }

        public bool Shrink(IReadOnlyList<Pod> condemned, IReadOnlyList<(int Ordinal, Pod? Pod)> wanted)
        {
            // Of several that are unwell the first in the order is the one that may be removed: nobody waits for it to get well.
            var firstUnwell = wanted.Any(one => !IsAvailable(one.Pod)) ? null : condemned.LastOrDefault(pod => !IsAvailable(pod));
            foreach (var pod in condemned)
            {
                if (!world.IsGoing(pod) && (!_isOrdered || IsAvailable(pod) || ReferenceEquals(pod, firstUnwell)))
                {
                    Delete.Add(pod);
                }

                if (_isOrdered)
                {
                    return false;
                }
            }

            return true;
        }

        public void Roll(IReadOnlyList<(int Ordinal, Pod? Pod)> wanted)
        {
            var update = _set.Spec.UpdateStrategy.RollingUpdate;
            var most = Math.Max(1, update?.MaxUnavailable?.Scale(wanted.Count, roundUp: true) ?? 1);
            var budget = Math.Max(0, most - wanted.Count(one => !IsAvailable(one.Pod)));
            for (var i = wanted.Count - 1; i >= Math.Max(0, update?.Partition ?? 0); i--)
            {
                if (wanted[i].Pod is not { } pod || StatefulIdentity.RevisionOf(pod) == world.Update || world.IsGoing(pod) || Delete.Contains(pod))
                {
                    continue;
                }

                // One that is not available is lost to nobody.
                var cost = IsAvailable(pod) ? 1 : 0;
                if (budget >= cost)
                {
                    Delete.Add(pod);
                    Rolled += StatefulIdentity.RevisionOf(pod) == world.Current ? 1 : 0;
                    budget -= cost;
                }
            }
        }

        private bool IsAvailable(Pod? pod) =>
            pod is not null && !world.IsGoing(pod) && IsRunningAndReady(pod) && PodState.IsAvailable(pod, _set.Spec.MinReadySeconds, now);

        /// <summary>What a rolling update leaves alone comes back as it was.</summary>
        private string RevisionFor(int ordinal) => _set.Spec.UpdateStrategy.Type == StatefulSetUpdateStrategyType.RollingUpdate
            && ordinal < (long)StatefulIdentity.First(_set) + (_set.Spec.UpdateStrategy.RollingUpdate?.Partition ?? _set.Status.CurrentReplicas)
                ? world.Current
                : world.Update;
    }
}
