using Coppice.Node.Pods;
using Coppice.Node.Streaming;
using Coppice.Objects.Core;
using Coppice.Streaming;

namespace Coppice.Node;

/// <summary>The agent as the one to ask where a pod is, for logs, commands and forwarded ports, and what its pods need.</summary>
public sealed partial class NodeAgent
{
    /// <summary>The images of containers and volumes of the pods that have not ended, as the pods name them.</summary>
    public IEnumerable<string> NamedImages =>
        from worker in _workers.Values
        where !IsOver(worker.Status)
        from name in PodContainer.Of(worker.Pod.Spec).Select(one => one.Spec.Image).Concat(worker.Pod.Spec.Volumes.Select(one => one.Image?.Reference))
        where name is not null
        select name;

    public PodPlace? Find(PodTarget target)
    {
        var workers = _workers;
        // Of two pods of one name the older is on its way out.
        var worker = target.Uid.Length > 0 && workers.TryGetValue(target.Uid, out var exact)
            ? exact
            : workers.Values
                .Where(one => one.Pod.Metadata.Name == target.Name && one.Pod.Metadata.Namespace == target.Namespace && (target.Uid.Length == 0 || one.Pod.Metadata.Uid == target.Uid))
                .MaxBy(one => one.Pod.Metadata.CreationTimestamp);
        return worker is null ? null : Place(worker);
    }

    private static PodPlace Place(PodWorker worker)
    {
        var (pod, view, status) = (worker.Pod, worker.View, worker.Status);
        var waiting = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var one in status.InitContainerStatuses.Concat(status.ContainerStatuses).Concat(status.EphemeralContainerStatuses))
        {
            if (one.State.Waiting?.Reason is { } reason)
            {
                waiting[one.Name] = reason;
            }
        }

        var isEnding = pod.Metadata.DeletionTimestamp is not null || status.Phase is PodPhase.Succeeded or PodPhase.Failed;
        return new PodPlace(view.Sandbox, view.Containers, waiting, pod.Spec.HostNetwork, isEnding);
    }
}
