namespace Coppice.Node.Admission;

/// <summary>Why the node ends a pod, or does not take it in the first place.</summary>
/// <param name="Reason">As in the pod's status: Evicted, DeadlineExceeded, OutOfcpu.</param>
/// <param name="Grace">What its containers get; null for the pod's own.</param>
/// <param name="IsRefusal">The node did not take it: there is nothing to tell of its containers, as from the kubelet.</param>
public sealed record PodTermination(string Reason, string Message, TimeSpan? Grace = null, bool IsRefusal = false);
