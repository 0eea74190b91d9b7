using Coppice.Node.Runtime;
using Coppice.Streaming;

namespace Coppice.Node.Streaming;

/// <summary>The pods of this node as its agent's workers see them.</summary>
public sealed class AgentPods(NodeAgent agent) : IPodDirectory
{
    public PodPlace? Find(PodTarget pod)
    {
        var worker = agent.Workers.Values.FirstOrDefault(
            w => w.Pod.Metadata.Namespace == pod.Namespace && w.Pod.Metadata.Name == pod.Name && (pod.Uid.Length == 0 || w.Pod.Metadata.Uid == pod.Uid));
        if (worker is null)
        {
            return null;
        }

        var status = worker.Status;
        var waiting = status.ContainerStatuses.Concat(status.InitContainerStatuses)
            .Where(c => c.State.Waiting is not null)
            .ToDictionary(c => c.Name, c => c.State.Waiting!.Reason ?? "ContainerCreating", StringComparer.Ordinal);
        return new PodPlace(
            worker.View.Sandbox,
            [.. worker.View.Containers],
            waiting,
            worker.Pod.Spec.HostNetwork,
            worker.Pod.Metadata.DeletionTimestamp is not null || status.Phase is "Succeeded" or "Failed");
    }
}
