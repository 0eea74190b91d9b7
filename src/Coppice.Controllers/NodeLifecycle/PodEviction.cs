using Coppice.Client;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Controllers.NodeLifecycle;

/// <summary>What befalls the pods of a node that is not well, or not there.</summary>
/// <param name="remover">The client of whoever removes the pods of nodes that are gone.</param>
internal sealed class PodEviction(
    IApiClient api, IApiClient remover, CacheSet caches, IEventRecorder events, NodeWatch watch, TimeProvider time)
{
    private readonly CacheIndex<Pod> _podsByNode = caches.Of<Pod>().AddIndex(Indexes.ByNode);
    private readonly SteadyClock _clock = new(time);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, DateTimeOffset> _missedSince = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<string>> _takenOut = new(StringComparer.Ordinal);

    // Pods that tolerate their node's taints for a time, by node: who waits for their end is told if it does not come.
    private readonly Dictionary<string, HashSet<string>> _delayed = new(StringComparer.Ordinal);
    private readonly Deletions<Pod> _deletions = new(caches.Of<Pod>());
    private readonly TaintTimes _taints = new();

    /// <summary>
    /// Pods of a node that is not ready are not ready: their services stop sending to them now, not when they are evicted. Each pod once
    /// until the node is ready again: a node that is back says so of its pods sooner than of itself, and would be contradicted for ever.
    /// </summary>
    public async ValueTask TakeOutOfServiceAsync(Node node, CancellationToken stop)
    {
        HashSet<string>? known;
        lock (_gate)
        {
            if (!_takenOut.TryGetValue(node.Metadata.Name!, out known))
            {
                _takenOut[node.Metadata.Name!] = known = new(StringComparer.Ordinal);
            }
        }

        foreach (var pod in _podsByNode.Find(node.Metadata.Name!).Where(p => PodState.IsReady(p) && !known.Contains(p.Metadata.Uid!)))
        {
            var conditions = pod.Status.Conditions
                .Select(c => c.Type != PodConditionType.Ready ? c : c with { Status = ConditionStatus.False, LastTransitionTime = ApiTime.Truncate(time.GetUtcNow()) })
                .ToValueList();
            if (await WriteAsync(pod with { Status = pod.Status with { Conditions = conditions } }, stop))
            {
                known.Add(pod.Metadata.Uid!);
                events.Record(pod, "Warning", "NodeNotReady", "Node is not ready");
            }
        }
    }

    /// <summary>The node answers for its pods again, or is gone.</summary>
    public void LeaveInService(string node)
    {
        lock (_gate)
        {
            _takenOut.Remove(node);
        }
    }

    /// <summary>Deletes the pods that the node's taints drive away by now, and of a silent node's those that have ended for certain.</summary>
    /// <returns>When the next has to go.</returns>
    public async ValueTask<DateTimeOffset?> EvictAsync(Node node, CancellationToken stop)
    {
        DateTimeOffset? next = null;
        var now = time.GetUtcNow();
        var taints = _taints.Of(node, now);
        var delayed = Delayed(node.Metadata.Name!);
        if (taints.Count == 0)
        {
            foreach (var pod in delayed.Count == 0 ? [] : _podsByNode.Find(node.Metadata.Name!))
            {
                Spare(pod, delayed);
            }

            delayed.Clear();
            return null;
        }

        foreach (var pod in _podsByNode.Find(node.Metadata.Name!))
        {
            var guarded = watch.Heartbeats.EndsWithin(node.Metadata.Name!, pod.Metadata.Uid!);
            if (Due(pod, taints, guarded, now) is not { } due)
            {
                Spare(pod, delayed);
                continue;
            }

            if (due > now)
            {
                next = next < due ? next : due;
                delayed.Add(pod.Metadata.Uid!);
            }
            else
            {
                delayed.Remove(pod.Metadata.Uid!);
                await EvictAsync(pod, hasEnded: guarded is not null, stop);
            }
        }

        return next;
    }

    /// <summary>Those of a node; its reconciler is the only one to change them.</summary>
    private HashSet<string> Delayed(string node)
    {
        lock (_gate)
        {
            return _delayed.TryGetValue(node, out var known) ? known : _delayed[node] = new(StringComparer.Ordinal);
        }
    }

    private void Spare(Pod pod, HashSet<string> delayed)
    {
        if (delayed.Remove(pod.Metadata.Uid!) && !_deletions.IsGoing(pod))
        {
            events.Record(pod, "Normal", "TaintManagerEviction", $"Cancelling deletion of Pod {ObjectKey.Of(pod)}");
        }
    }

    // One that a guard ends goes when it has ended: its successor may be made in the same moment, and must never meet it.
    private DateTimeOffset? Due(Pod pod, IReadOnlyList<Taint> taints, TimeSpan? guarded, DateTimeOffset now)
    {
        var due = _deletions.IsGoing(pod) ? guarded is null ? null : now : TaintEviction.Deadline(pod, taints, now);
        return due is { } at && guarded is { } left && now + left > at ? now + left : due;
    }

    private async ValueTask EvictAsync(Pod pod, bool hasEnded, CancellationToken stop)
    {
        if (!_deletions.IsGoing(pod))
        {
            events.Record(pod, "Normal", "TaintManagerEviction", $"Marking for deletion Pod {ObjectKey.Of(pod)}");
            await DisruptAsync(api, pod, null, "DeletionByTaintManager", "Taint manager: deleting due to NoExecute taint", stop);
        }

        if (hasEnded)
        {
            await RemoveAsync(api, pod, stop);
        }
        else
        {
            await _deletions.DeleteAsync(api, pod, stop);
        }
    }

    public void NodeIsThere(string node)
    {
        lock (_gate)
        {
            _missedSince.Remove(node);
        }
    }

    /// <summary>Removes what is left of pods whose node is gone for good: nobody else could say that they have ended.</summary>
    public async ValueTask<ReconcileResult> RemoveOrphansAsync(ObjectKey node, CancellationToken stop)
    {
        _taints.Forget(node.Name);
        lock (_gate)
        {
            _delayed.Remove(node.Name);
        }

        var pods = _podsByNode.Find(node.Name);
        if (pods.Count == 0)
        {
            NodeIsThere(node.Name);
            return ReconcileResult.Done;
        }

        var left = MissedSince(node.Name) + watch.Options.OrphanGracePeriod - _clock.GetUtcNow();
        if (left > TimeSpan.Zero)
        {
            return ReconcileResult.After(left);
        }

        if (await remover.FindAsync<Node>(node, stop) is not null)
        {
            return ReconcileResult.Done;
        }

        foreach (var pod in pods)
        {
            // One that had ended by itself was not disrupted.
            if (!PodState.IsTerminal(pod))
            {
                await DisruptAsync(remover, pod, PodPhase.Failed, "DeletionByPodGC", "PodGC: node no longer exists", stop);
            }

            await RemoveAsync(remover, pod, stop);
        }

        NodeIsThere(node.Name);
        return ReconcileResult.Done;
    }

    /// <summary>Takes it out of the API without waiting for anybody to say that it has ended.</summary>
    private static async ValueTask RemoveAsync(IApiClient by, Pod pod, CancellationToken stop)
    {
        try
        {
            await by.DeleteAsync<Pod>(ObjectKey.Of(pod), new() { GracePeriodSeconds = 0, Preconditions = new() { Uid = pod.Metadata.Uid } }, stop);
        }
        catch (ApiException e) when (e.IsNotFound || e.IsConflict)
        {
            // Gone already, or another pod of its name.
        }
    }

    private DateTimeOffset MissedSince(string node)
    {
        lock (_gate)
        {
            return _missedSince.TryGetValue(node, out var since) ? since : _missedSince[node] = _clock.GetUtcNow();
        }
    }

    /// <summary>Says in a pod's status why it goes. One that is gone meanwhile needs no reason any more.</summary>
    /// <param name="phase">Which it is to have from now on; null for the one it has.</param>
    private async ValueTask DisruptAsync(IApiClient by, Pod pod, string? phase, string reason, string message, CancellationToken stop)
    {
        var condition = new PodCondition
        {
            Type = PodConditionType.DisruptionTarget,
            Status = ConditionStatus.True,
            LastTransitionTime = ApiTime.Truncate(time.GetUtcNow()),
            Reason = reason,
            Message = message,
        };
        try
        {
            await by.SetConditionAsync(pod, phase, condition, stop);
        }
        catch (ApiException e) when (e.IsNotFound || e.IsConflict)
        {
            // Gone, or another pod of its name.
        }
    }

    /// <returns>False if the pod is gone or has changed meanwhile; its change wakes us again.</returns>
    private async ValueTask<bool> WriteAsync(Pod pod, CancellationToken stop)
    {
        try
        {
            await api.UpdateStatusAsync(pod, stop);
            return true;
        }
        catch (ApiException e) when (e.IsNotFound || e.IsConflict)
        {
            return false;
        }
    }
}
