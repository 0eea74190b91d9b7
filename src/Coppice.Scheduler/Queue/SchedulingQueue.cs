using System.Diagnostics.CodeAnalysis;
using Coppice.Client;
using Coppice.Objects.Core;
using Coppice.Objects;

namespace Coppice.Scheduler;

/// <summary>The pods that want a node. For one thread at a time.</summary>
/// <remarks>
/// <code>
///            Set                TryTake
/// (new) ───────────▶ active ──────────────▶ (being tried) ──▶ bound: forgotten
///                    ▲ ▲  ▲                    │      │
///                    │ │  └── error back-off ◀─│──────┘ AddFailed
///           it is over └───── back-off         │
///                    │           ▲ Wake: it may help
///                    └────────── unschedulable ◀┘ AddUnschedulable: it fits nowhere
/// </code>
/// A pod that is woken within its back-off goes behind all others: it is tried when nobody else waits, or when the back-off is over. So a
/// pod that fits nowhere never holds up another, and never waits for a clock when the scheduler has nothing else to do.
/// </remarks>
internal sealed class SchedulingQueue(SchedulerOptions options, SchedulerFigures figures, TimeProvider time)
{
    private const string Active = "active";
    private const string InBackoff = "backoff";

    private readonly Backoff _pauses = new(options.FirstPause, options.LongestPause);
    private readonly SortedSet<QueuedPod> _active = new(Comparer<QueuedPod>.Create(QueuedPod.Compare));
    private readonly SortedSet<QueuedPod> _backoff = new(Comparer<QueuedPod>.Create(CompareByBackoff));
    private readonly SortedSet<QueuedPod> _errorBackoff = new(Comparer<QueuedPod>.Create(CompareByBackoff));
    private readonly SortedDictionary<ObjectKey, QueuedPod> _unschedulable = [];
    private readonly Dictionary<ObjectKey, (QueuedPod Pod, SortedSet<QueuedPod>? In)> _known = [];
    private long _order;
    private DateTimeOffset? _nextAudit;

    /// <summary>When <see cref="TryTake"/> may have something that it has not now; null if only a change brings it.</summary>
    public DateTimeOffset? NextDue => _errorBackoff.Min?.NotBefore is { } pause && !(_nextAudit < pause) ? pause : _nextAudit;

    /// <summary>How many pods wait, for whatever.</summary>
    public int Count => _known.Count;

    public QueueLengths Lengths => new(_active.Count, _backoff.Count + _errorBackoff.Count, _unschedulable.Count);

    /// <summary>The pod is new, or it changed in a way that may help it.</summary>
    public void Set(Pod pod)
    {
        var key = ObjectKey.Of(pod);
        var before = _known.TryGetValue(key, out var known) && known.Pod.Pod.Metadata.Uid == pod.Metadata.Uid ? known.Pod : null;
        Remove(key);
        Put(before is null
            ? new QueuedPod(new(pod), time.GetUtcNow(), _order++, 0, ClusterEvents.None, null)
            : before with { Info = new(pod) }, _active);
        figures.Enqueued(before is null ? "PodAdd" : "PodUpdate", Active);
    }

    /// <summary>The pod changed in a way that helps nothing: it is only to be tried in its newest form.</summary>
    public void Renew(Pod pod)
    {
        if (!_known.TryGetValue(ObjectKey.Of(pod), out var known))
        {
            return;
        }

        var renewed = known.Pod with { Info = new(pod) };
        if (known.In is { } set)
        {
            set.Remove(known.Pod);
            Put(renewed, set);
        }
        else
        {
            _unschedulable[ObjectKey.Of(pod)] = renewed;
            _known[ObjectKey.Of(pod)] = (renewed, null);
        }
    }

    public bool Contains(ObjectKey pod) => _known.ContainsKey(pod);

    /// <returns>Null if it is not here.</returns>
    public QueuedPod? Find(ObjectKey pod) => _known.GetValueOrDefault(pod).Pod;

    public void Remove(ObjectKey pod)
    {
        if (_known.Remove(pod, out var known))
        {
            known.In?.Remove(known.Pod);
            _unschedulable.Remove(pod);
        }
    }

    /// <summary>The next pod to try. It leaves the queue.</summary>
    public bool TryTake([NotNullWhen(true)] out QueuedPod? pod)
    {
        var now = time.GetUtcNow();
        Audit(now);
        Release(_errorBackoff, now);
        Release(_backoff, now);
        pod = _active.Min ?? _backoff.Min;
        if (pod is null)
        {
            return false;
        }

        Remove(pod.Info.Key);
        pod = pod with { Attempts = pod.Attempts + 1 };
        return true;
    }

    /// <summary>It fits nowhere; it waits for something to happen that may help.</summary>
    public void AddUnschedulable(QueuedPod pod, ClusterEvents wokenBy)
    {
        var waiting = pod with { WokenBy = wokenBy, NotBefore = time.GetUtcNow() + _pauses.After(pod.Attempts) };
        Remove(pod.Info.Key);
        _unschedulable[pod.Info.Key] = waiting;
        _known[pod.Info.Key] = (waiting, null);
        _nextAudit ??= waiting.NotBefore + options.AuditAfter;
        figures.Enqueued("ScheduleAttemptFailure", "unschedulable");
    }

    /// <summary>Something went wrong; it is tried again after a pause.</summary>
    public void AddFailed(QueuedPod pod)
    {
        Remove(pod.Info.Key);
        Put(pod with { NotBefore = time.GetUtcNow() + _pauses.After(pod.Attempts) }, _errorBackoff);
        figures.Enqueued("ScheduleAttemptFailure", InBackoff);
    }

    /// <summary>Something happened: the pods that it may help are to be tried.</summary>
    /// <param name="helps">Whether it does help a pod, as far as can be told at once; null if that cannot be told.</param>
    public void Wake(ClusterEvents events, Func<PodInfo, bool>? helps = null)
    {
        if (events == ClusterEvents.None || _unschedulable.Count == 0)
        {
            return;
        }

        MoveToActiveOrBackoff(_unschedulable.Values.Where(p => (p.WokenBy & events) != 0 && helps?.Invoke(p.Info) != false), events.ToString());
    }

    // What is unschedulable for long is tried again, whatever it waits for: the event that would have helped may have been misjudged.
    private void Audit(DateTimeOffset now)
    {
        if (_nextAudit <= now)
        {
            MoveToActiveOrBackoff(_unschedulable.Values.Where(p => p.NotBefore + options.AuditAfter <= now), "UnschedulableTimeout");
            _nextAudit = _unschedulable.Count == 0 ? null : _unschedulable.Values.Min(p => p.NotBefore) + options.AuditAfter;
        }
    }

    /// <param name="why">What happened, as metrics have it.</param>
    private void MoveToActiveOrBackoff(IEnumerable<QueuedPod> pods, string why)
    {
        foreach (var pod in pods.ToList())
        {
            _unschedulable.Remove(pod.Info.Key);
            var waits = pod.NotBefore > time.GetUtcNow();
            Put(pod, waits ? _backoff : _active);
            figures.Enqueued(why, waits ? InBackoff : Active);
        }
    }

    private void Release(SortedSet<QueuedPod> set, DateTimeOffset now)
    {
        while (set.Min is { } pod && pod.NotBefore <= now)
        {
            set.Remove(pod);
            Put(pod, _active);
            figures.Enqueued("BackoffComplete", Active);
        }
    }

    private void Put(QueuedPod pod, SortedSet<QueuedPod> set)
    {
        set.Add(pod);
        _known[pod.Info.Key] = (pod, set);
    }

    private static int CompareByBackoff(QueuedPod a, QueuedPod b) =>
        Nullable.Compare(a.NotBefore, b.NotBefore) is var order and not 0 ? order : QueuedPod.Compare(a, b);
}
