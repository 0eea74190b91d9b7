using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Node.Admission;

/// <summary>
/// What the node has set aside for each of its pods, and the resizes that wait for room. Kept by the agent's loop alone; what a restart
/// needs of it is in the pods' status.
/// </summary>
internal sealed class PodAllocations(ValueMap<Quantity> allocatable, IEventRecorder events, TimeProvider time)
{
    private readonly SortedDictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    public bool HasPending => _entries.Values.Any(one => one.IsWaiting);

    /// <summary>A pod as it is to be run and counted.</summary>
    public Pod Allocated(Pod pod) => _entries.GetValueOrDefault(Uid(pod))?.Allocation.ApplyTo(pod) ?? pod;

    /// <summary>How things stand with a pod; of one that is not known, all that it asks for is allocated.</summary>
    public ResizeDecision DecisionOn(Pod pod) => _entries.GetValueOrDefault(Uid(pod)) is { } entry
        ? new ResizeDecision(entry.Allocation, entry.Pending, HasStarted: false)
        : new ResizeDecision(PodAllocation.Of(pod), null, HasStarted: false);

    /// <summary>The node takes a pod: all that it asks for is its, or what its status says if it was taken before.</summary>
    /// <param name="wasTaken">By an agent before this one.</param>
    public ResizeDecision Add(Pod pod, bool wasTaken)
    {
        var allocation = wasTaken ? PodAllocation.Restored(pod) : PodAllocation.Of(pod);
        _entries[Uid(pod)] = new Entry(pod, allocation, PendingIn(pod), IsWaiting: allocation.ApplyTo(pod).Spec != pod.Spec);
        return DecisionOn(pod);
    }

    public void Remove(string uid) => _entries.Remove(uid);

    /// <summary>A pod has changed. What it asks for beyond what is allocated waits for <see cref="Retry"/>.</summary>
    public void Update(Pod pod)
    {
        if (_entries.GetValueOrDefault(Uid(pod)) is not { } entry)
        {
            return;
        }

        var asksForOther = entry.Allocation.ApplyTo(pod).Spec != pod.Spec;
        // What can never be is looked at again only if something else is asked for.
        var isWaiting = asksForOther && (entry.IsWaiting || pod.Spec != entry.Pod.Spec);
        _entries[Uid(pod)] = entry with { Pod = pod, IsWaiting = isWaiting, Pending = asksForOther ? entry.Pending : null };
    }

    /// <summary>Looks at all resizes that wait. Who gives up something makes room for those before him, too.</summary>
    /// <param name="active">The pods that the node has taken and that have not ended.</param>
    /// <returns>The pods of which something was decided anew, each with the last that was.</returns>
    public IReadOnlyDictionary<string, ResizeDecision> Retry(IReadOnlyCollection<Pod> active)
    {
        var decided = new SortedDictionary<string, ResizeDecision>(StringComparer.Ordinal);
        bool anyAllocated;
        do
        {
            anyAllocated = false;
            var waiting = active.Select(one => _entries.GetValueOrDefault(Uid(one))).OfType<Entry>().Where(one => one.IsWaiting);
            foreach (var entry in ResizeAdmission.InOrder(waiting, one => (one.Pod, one.Allocated, one.Pending?.Since ?? DateTimeOffset.MaxValue)).ToList())
            {
                var next = Decide(entry, active);
                _entries[Uid(entry.Pod)] = next;
                if (next.Allocation != entry.Allocation || next.Pending != entry.Pending)
                {
                    decided[Uid(entry.Pod)] = new ResizeDecision(next.Allocation, next.Pending, HasStarted: next.Allocation != entry.Allocation);
                }

                anyAllocated |= next.Allocation != entry.Allocation;
            }
        }
        while (anyAllocated);

        return decided;
    }

    private Entry Decide(Entry entry, IReadOnlyCollection<Pod> active)
    {
        var pod = entry.Pod;
        var others = active.Where(one => Uid(one) != Uid(pod)).Select(Allocated);
        if (ResizeAdmission.Reject(pod, entry.Allocated, others, allocatable) is not var (reason, message))
        {
            events.Record(pod, "Normal", "ResizeStarted", ResizeMessage.Of("started", pod, pod.Metadata.Generation));
            return entry with { Allocation = PodAllocation.Of(pod), Pending = null, IsWaiting = false };
        }

        var before = entry.Pending;
        var since = before?.Reason == reason ? before.Since : ApiTime.Truncate(time.GetUtcNow());
        var pending = new PendingResize(reason, message, pod.Metadata.Generation, since);
        var isInfeasible = reason == PodResizeStatus.Infeasible;
        if (pending != before)
        {
            events.Record(pod, "Warning", isInfeasible ? "ResizeInfeasible" : "ResizeDeferred", ResizeMessage.Of(reason, pod, pending.Generation, message));
        }

        return entry with { Pending = pending, IsWaiting = !isInfeasible };
    }

    private static PendingResize? PendingIn(Pod pod) =>
        PodConditions.Find(pod.Status, PodConditionType.PodResizePending) is { } condition
            ? new PendingResize(condition.Reason ?? "", condition.Message ?? "", condition.ObservedGeneration, condition.LastTransitionTime ?? DateTimeOffset.MinValue)
            : null;

    private static string Uid(Pod pod) => pod.Metadata.Uid ?? "";

    /// <param name="Pod">As it asks to be.</param>
    /// <param name="IsWaiting">It asks for something else than is allocated, which has to be looked at when there may be more room.</param>
    private sealed record Entry(Pod Pod, PodAllocation Allocation, PendingResize? Pending, bool IsWaiting)
    {
        public Pod Allocated => Allocation.ApplyTo(Pod);
    }
}
