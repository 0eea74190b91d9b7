using Coppice.Objects.Core;
using Coppice.Objects.Scheduling;

namespace Coppice.Node.Admission;

/// <summary>Pods that a node cannot do without. Pure.</summary>
internal static class CriticalPods
{
    /// <summary>What a kubelet writes on a pod that stands for one from a file, which nobody would start again.</summary>
    private const string MirrorAnnotation = "kubernetes.io/config.mirror";

    /// <summary>Never evicted, and taken under any pressure.</summary>
    public static bool IsCritical(Pod pod) => HasPriority(pod) || pod.Metadata.Annotations.ContainsKey(MirrorAnnotation);

    /// <summary>It belongs to the system, by its priority.</summary>
    public static bool HasPriority(Pod pod) => pod.Spec.Priority >= SystemPriorities.ClusterCritical.Value;
}
