namespace Coppice.Node.Admission;

/// <summary>Why the node ends a pod, or does not take it in the first place.</summary>
/// <param name="Reason">As in the pod's status: Evicted, DeadlineExceeded, OutOfcpu.</param>
/// <param name="Grace">What its containers get; null for the pod's own.</param>
/// <param name="IsRefusal">The node did not take it: there is nothing to tell of its containers, as from the kubelet.</param>
public sealed record PodTermination(string Reason, string Message, TimeSpan? Grace = null, bool IsRefusal = false)
{
    /// <summary>The reason of an eviction.</summary>
    public const string Evicted = "Evicted";

    /// <summary>What the kubelet gives to whom it evicts at once.</summary>
    public static readonly TimeSpan EvictionGrace = TimeSpan.FromSeconds(1);

    /// <summary>What an eviction is counted under; null for what is none.</summary>
    public string? EvictionSignal { get; init; }

    /// <summary>It is for the node's sake and not the pod's own fault: the condition DisruptionTarget says so, by which a Job may make another without counting a failure.</summary>
    public bool IsDisruption { get; init; }
}
