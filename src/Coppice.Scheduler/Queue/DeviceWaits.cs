using Coppice.Objects;

namespace Coppice.Scheduler;

/// <summary>
/// The pods that wait for somebody to make their devices ready, each with a node that is kept for it and claims that have the devices.
/// What is said of these wakes the pod. For the scheduling loop alone.
/// </summary>
internal sealed class DeviceWaits(ClusterState cluster, Nominations nominations, SchedulingQueue queue, PodOutcome outcome, SchedulerFigures figures, TimeProvider clock)
{
    private readonly BindingWaits _waits = new();

    // Since when, as a timestamp, who waits for which drivers.
    private readonly Dictionary<ObjectKey, (string Profile, IReadOnlyList<string> Drivers, long Since)> _begun = [];

    /// <summary>When the next wait is over; null if nobody waits.</summary>
    public DateTimeOffset? NextDue => _waits.NextDue;

    /// <param name="patience">From when the devices were chosen: whoever is to use a claim too waits no longer.</param>
    /// <returns>What is to be written to the pod's claims; null if there is nothing to wait for.</returns>
    public IReadOnlyList<PlannedClaim>? Begin(QueuedPod queued, string node, TimeSpan patience)
    {
        var pod = queued.Info;
        if (PodDevices.Of(pod.Pod, cluster.Devices) is not { } devices)
        {
            return null;
        }

        var planned = devices.PlanFor(cluster.Find(node)!.Node);
        var pending = devices.Pending.ToList();
        if (pending.Count == 0 && !planned.Any(one => one.IsNew && BindingConditions.Has(one.Claim)))
        {
            return null;
        }

        cluster.Devices.Assume(planned);
        nominations.Set(pod, node);
        queue.AddUnschedulable(queued, ClusterEvents.Devices | ClusterEvents.NodeGone);

        // Only what is written says since when; what is dated in the future, was before the clock was set back.
        var now = clock.GetUtcNow();
        if (planned.Count == 0 && _waits.Begin(pod, node, pending.Min(claim => claim.Status.Allocation!.AllocationTimestamp is { } since && since < now ? since : now) + patience))
        {
            outcome.AwaitsDevices(pod.Pod, node);
            var drivers = pending.SelectMany(claim => claim.Status.Allocation!.Devices.Results).Where(one => !one.BindingConditions.IsEmpty).Select(one => one.Driver);
            _begun[pod.Key] = (pod.Pod.Spec.SchedulerName ?? "", [.. drivers.Distinct(StringComparer.Ordinal)], clock.GetTimestamp());
        }

        return planned;
    }

    /// <summary>The pod goes to its node, or does not fit there any more.</summary>
    public void End(PodInfo pod, PodDevices? devices)
    {
        var waited = _waits.End(pod.Key);
        var why = waited ? devices?.Failure : null;
        if (why is not null)
        {
            outcome.MissesDevices(pod.Pod, why);
        }

        if (waited && (why is not null || devices is null))
        {
            Tell(pod.Key, why is null ? "success" : "failure");
        }

        _begun.Remove(pod.Key);
    }

    private void Tell(ObjectKey pod, string status)
    {
        if (_begun.Remove(pod, out var wait))
        {
            foreach (var driver in wait.Drivers)
            {
                figures.AwaitedDevices(wait.Profile, driver, status, clock.GetElapsedTime(wait.Since));
            }
        }
    }

    /// <summary>Those whose devices were not ready in time: their claims are to have others.</summary>
    public IReadOnlyList<QueuedPod> TakeDue()
    {
        List<QueuedPod> late = [];
        foreach (var (key, node) in _waits.TakeDue(clock.GetUtcNow()))
        {
            if (nominations.NodeOf(key) == node && queue.Find(key) is { } queued && PodDevices.Of(queued.Pod, cluster.Devices)?.Pending.ToList() is { Count: > 0 } pending)
            {
                pending.ForEach(claim => cluster.Devices.GiveUp(ObjectKey.Of(claim)));
                Tell(key, "timeout");
                outcome.MissesDevices(queued.Pod, $"claim {pending[0].Metadata.Name} binding timeout");
                late.Add(queued);
            }

            _begun.Remove(key);
        }

        return late;
    }
}
