using Coppice.Client;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Controllers.NodeLifecycle;

/// <summary>What befalls the pods of a node that is not well, or not there.</summary>
internal sealed class PodEviction(IApiClient api, CacheSet caches, IEventRecorder events, NodeLifecycleOptions options, TimeProvider time)
{
    private readonly CacheIndex<Pod> _podsByNode = caches.Of<Pod>().AddIndex(Indexes.ByNode);
    private readonly SteadyClock _clock = new(time);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, DateTimeOffset> _missedSince = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<string>> _takenOut = new(StringComparer.Ordinal);
    private readonly Deletions<Pod> _deletions = new(caches.Of<Pod>());

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

    /// <summary>Deletes the pods that the node's taints drive away by now.</summary>
    /// <returns>When the next has to go.</returns>
    public async ValueTask<DateTimeOffset?> EvictAsync(Node node, CancellationToken stop)
    {
        DateTimeOffset? next = null;
        var now = time.GetUtcNow();
        if (!node.Spec.Taints.Any(t => t.Effect == TaintEffect.NoExecute))
        {
            return null;
        }

        foreach (var pod in _podsByNode.Find(node.Metadata.Name!).Where(p => !_deletions.IsGoing(p)))
        {
            if (TaintEviction.Deadline(pod, node.Spec.Taints, now) is not { } due)
            {
                continue;
            }

            if (due > now)
            {
                next = next < due ? next : due;
                continue;
            }

            events.Record(pod, "Normal", "TaintManagerEviction", $"Marking for deletion Pod {ObjectKey.Of(pod)}");
            await WriteAsync(Disrupted(pod, "DeletionByTaintManager", "Taint manager: deleting due to NoExecute taint"), stop);
            await _deletions.DeleteAsync(api, pod, stop);
        }

        return next;
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
        var pods = _podsByNode.Find(node.Name);
        if (pods.Count == 0)
        {
            NodeIsThere(node.Name);
            return ReconcileResult.Done;
        }

        var left = MissedSince(node.Name) + options.OrphanGracePeriod - _clock.GetUtcNow();
        if (left > TimeSpan.Zero)
        {
            return ReconcileResult.After(left);
        }

        if (await api.FindAsync<Node>(node, stop) is not null)
        {
            return ReconcileResult.Done;
        }

        foreach (var pod in pods)
        {
            var gone = Disrupted(pod, "DeletionByPodGC", "PodGC: node no longer exists");
            await WriteAsync(PodState.IsTerminal(pod) ? gone : gone with { Status = gone.Status with { Phase = PodPhase.Failed } }, stop);
            try
            {
                await api.DeleteAsync<Pod>(ObjectKey.Of(pod), new() { GracePeriodSeconds = 0, Preconditions = new() { Uid = pod.Metadata.Uid } }, stop);
            }
            catch (ApiException e) when (e.IsNotFound)
            {
                // Gone already.
            }
        }

        NodeIsThere(node.Name);
        return ReconcileResult.Done;
    }

    private DateTimeOffset MissedSince(string node)
    {
        lock (_gate)
        {
            return _missedSince.TryGetValue(node, out var since) ? since : _missedSince[node] = _clock.GetUtcNow();
        }
    }

    private Pod Disrupted(Pod pod, string reason, string message) => pod with
    {
        Status = pod.Status.With(new PodCondition
        {
            Type = PodConditionType.DisruptionTarget,
            Status = ConditionStatus.True,
            LastTransitionTime = ApiTime.Truncate(time.GetUtcNow()),
            Reason = reason,
            Message = message,
        }),
    };

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
