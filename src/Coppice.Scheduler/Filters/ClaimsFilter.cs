namespace Coppice.Scheduler;

/// <summary>What a pod's claims say of every node alike: one is missing, is going, or must be bound before anything else.</summary>
internal sealed class ClaimsFilter : IFilter
{
    public ClusterEvents WokenBy => ClusterEvents.Storage | ClusterEvents.Claim;

    public NodeTest? For(PodInfo pod, ClusterSnapshot cluster) =>
        pod.HasClaims && PodStorage.Of(pod.Pod, cluster.Storage) is { Problem: { } why } ? _ => Rejection.OfPod(why) : null;
}
