using Coppice.ApiServer.Authorization;
using Coppice.ApiServer.Errors;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Admission;

/// <summary>The pods that a node's agent may make: those that show what it runs by itself. They belong to it and read nothing of the cluster.</summary>
internal static class MirrorPods
{
    public const string Annotation = "kubernetes.io/config.mirror";

    /// <summary>Why a node may not make a pod; null if it may.</summary>
    /// <param name="uid">Of the node; null if there is no such node.</param>
    public static string? Problem(string node, Pod pod, string? uid)
    {
        var quoted = QuotedText.Of(node);
        return !pod.Metadata.Annotations.ContainsKey(Annotation)
                ? $"pod does not have {QuotedText.Of(Annotation)} annotation, node {quoted} can only create mirror pods"
            : pod.Spec.NodeName != node ? $"node {quoted} can only create pods with spec.nodeName set to itself"
            : OwnerProblem(node, pod, uid)
            ?? (!string.IsNullOrEmpty(pod.Spec.ServiceAccountName) ? $"node {quoted} can not create pods that reference a service account"
            : PodNeeds.Of(pod, Needed.Secret).Any() ? $"node {quoted} can not create pods that reference secrets"
            : PodNeeds.Of(pod, Needed.ConfigMap).Any() ? $"node {quoted} can not create pods that reference configmaps"
            : pod.Spec.Volumes.Any(volume => volume.Projected?.Sources.Any(source => source.ClusterTrustBundle is not null) == true)
                ? $"node {quoted} can not create pods that reference clustertrustbundles"
            : pod.Spec.Volumes.Any(volume => volume.PersistentVolumeClaim is not null)
                ? $"node {quoted} can not create pods that reference persistentvolumeclaims"
            : null);
    }

    private static string? OwnerProblem(string node, Pod pod, string? uid)
    {
        var quoted = QuotedText.Of(node);
        return pod.Metadata.OwnerReferences switch
        {
            { Count: > 1 } => $"node {quoted} can only create pods with a single owner reference set to itself",
            [{ ApiVersion: "v1", Kind: "Node" } owner] when owner.Name == node =>
                owner.Controller != true ? $"node {quoted} can only create pods with a controller owner reference set to itself"
                : owner.BlockOwnerDeletion == true ? $"node {quoted} must not set blockOwnerDeletion on an owner reference"
                : owner.Uid != uid ? $"node {node} UID mismatch: expected {owner.Uid} got {uid}"
                : null,
            _ => $"node {quoted} can only create pods with an owner reference set to itself",
        };
    }
}
