using Coppice.Objects;

namespace Coppice.Scheduler;

/// <summary>Until when pods wait for what others make ready for them on the nodes that were chosen for them. For one thread at a time.</summary>
internal sealed class BindingWaits
{
    private readonly Dictionary<ObjectKey, Wait> _waits = [];

    /// <summary>When the next wait is over; null if nobody waits.</summary>
    public DateTimeOffset? NextDue => _waits.Count == 0 ? null : _waits.Values.Min(wait => wait.Until);

    /// <summary>A wait that goes on, as when the pod was tried meanwhile, ends when it would have.</summary>
    /// <returns>It begins only now.</returns>
    public bool Begin(PodInfo pod, string node, DateTimeOffset until)
    {
        var uid = pod.Pod.Metadata.Uid;
        if (_waits.GetValueOrDefault(pod.Key) is { } before && before.Node == node && before.Uid == uid)
        {
            return false;
        }

        _waits[pod.Key] = new(node, uid, until);
        return true;
    }

    /// <returns>The pod has waited.</returns>
    public bool End(ObjectKey pod) => _waits.Remove(pod);

    /// <summary>Those whose wait is over, with the nodes that they waited for. They wait no longer.</summary>
    public IReadOnlyList<(ObjectKey Pod, string Node)> TakeDue(DateTimeOffset now)
    {
        if (_waits.Count == 0)
        {
            return [];
        }

        var due = _waits.Where(wait => wait.Value.Until <= now).Select(wait => (wait.Key, wait.Value.Node)).OrderBy(wait => wait.Key).ToList();
        due.ForEach(wait => _waits.Remove(wait.Key));
        return due;
    }

    /// <param name="Uid">Of the pod: another may come under its name.</param>
    private sealed record Wait(string Node, string? Uid, DateTimeOffset Until);
}
