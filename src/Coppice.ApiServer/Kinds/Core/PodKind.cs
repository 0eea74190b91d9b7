using Coppice.ApiServer.Storage;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Kinds.Core;

/// <summary>The containers that run together on a node.</summary>
internal static class PodKind
{
    private static readonly Kind Kind = BuiltInKinds.Of<Pod>();

    /// <summary>Every agent lists and watches its own, and may read what they need.</summary>
    public static FieldIndex ByNode { get; } = new("spec.nodeName");

    public static ServedKind Served { get; } = new(Kind, new PodStrategy(), new PodTable())
    {
        AnswersDeleted = true,
        Fields = FieldLabels.Of<Pod>(
            ("spec.host", pod => pod.Spec.NodeName),
            ("spec.hostNetwork", pod => pod.Spec.HostNetwork ? "true" : "false"),
            (ByNode.Field, pod => pod.Spec.NodeName),
            ("spec.restartPolicy", pod => pod.Spec.RestartPolicy),
            ("spec.schedulerName", pod => pod.Spec.SchedulerName),
            ("spec.serviceAccountName", pod => pod.Spec.ServiceAccountName),
            ("status.nominatedNodeName", pod => pod.Status.NominatedNodeName),
            ("status.phase", pod => pod.Status.Phase),
            ("status.podIP", pod => pod.Status.PodIP),

            // Kubernetes offers it, and knows it of no pod.
            ("status.podIPs", _ => null)),
        Index = ByNode,
        Subresources =
        [
            Subresource.Stream(Kind, "attach", "PodAttachOptions"),
            Subresource.Action(UnstoredKinds.Binding, "binding"),
            Subresource.Part(Kind, "ephemeralcontainers"),
            Subresource.Action(UnstoredKinds.Eviction, "eviction"),
            Subresource.Stream(Kind, "exec", "PodExecOptions"),
            Subresource.Log(Kind),
            Subresource.Stream(Kind, "portforward", "PodPortForwardOptions"),
            Subresource.Proxy(Kind),
            Subresource.Part(Kind, "resize"),
            Subresource.Status(Kind),
        ],
    };
}
