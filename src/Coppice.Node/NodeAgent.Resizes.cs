using Coppice.Node.Admission;
using Coppice.Node.Pods;
using Coppice.Objects.Core;

namespace Coppice.Node;

/// <summary>What the node's pods have of it, and what they ask for beyond that.</summary>
public sealed partial class NodeAgent
{
    private readonly PodAllocations _allocations = new(node.Allocatable, services.Events, services.Time);

    // A pod has ended, is gone, or may do with less: who waits may fit now.
    private bool _hasMoreRoom;

    // What is asked for is decided on before the worker hears of it: its status never says that it has seen a wish and nothing follows.
    private void Update(Pod pod, PodWorker worker)
    {
        var isSame = pod.Spec == worker.Pod.Spec;
        _allocations.Update(pod);
        _hasMoreRoom |= pod.Status.Phase is PodPhase.Succeeded or PodPhase.Failed;
        _areQosCgroupsCurrent &= isSame;
        var decided = isSame ? null : Decide();
        if (decided?.ContainsKey(pod.Metadata.Uid ?? "") != true)
        {
            worker.OnPodChanged(pod, _allocations.DecisionOn(pod));
        }
    }

    private void RetryResizes()
    {
        if (_hasMoreRoom && _started.Task.IsCompleted)
        {
            _hasMoreRoom = false;
            Decide();
        }
    }

    private IReadOnlyDictionary<string, ResizeDecision> Decide()
    {
        var decided = _allocations.HasPending ? _allocations.Retry(Active()) : EmptyDecisions;
        foreach (var (uid, decision) in decided)
        {
            _areQosCgroupsCurrent &= !decision.HasStarted;
            if (_workers.GetValueOrDefault(uid) is { } worker && _pods.Find(Objects.ObjectKey.Of(worker.Pod)) is { } pod && pod.Metadata.Uid == uid)
            {
                worker.OnPodChanged(pod, decision);
            }
        }

        return decided;
    }

    private static readonly IReadOnlyDictionary<string, ResizeDecision> EmptyDecisions = new Dictionary<string, ResizeDecision>();
}
