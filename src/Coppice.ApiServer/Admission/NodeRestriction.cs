using Coppice.ApiServer.Authorization;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Storage;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Authentication;
using Coppice.Objects.Core;
using Coppice.Objects.Policy;

namespace Coppice.ApiServer.Admission;

/// <summary>
/// What Kubernetes' NodeRestriction admission does: a node's agent writes its own node, lease and CSI node and no other's, the status of
/// pods that are bound to it, mirror pods of its own, and asks for tokens of pods that run on it. Its marks and most of its labels are not
/// its to change: they decide which pods come to it.
/// </summary>
internal sealed class NodeRestriction(ObjectStorage storage) : IValidatingAdmission
{
    private const string LeaseNamespace = "kube-node-lease";

    private static readonly Kind Pods = BuiltInKinds.Of<Pod>();

    public bool Handles(WriteOperation operation) => operation != WriteOperation.Connect;

    public async ValueTask ValidateAsync(WriteRequest request, KubernetesObject? item, KubernetesObject? old, CancellationToken stop)
    {
        if (NodeIdentity.Of(request.User) is not { } node)
        {
            return;
        }

        var why = node.Length == 0
            ? $"could not determine node from user {QuotedText.Of(request.User.Name)}"
            : await ProblemAsync(node, request, item, old, stop);
        if (why is not null)
        {
            throw ApiErrors.Forbidden(request.Resource, NameOf(request, item), why);
        }
    }

    /// <summary>Why a node may not do it; null if it may.</summary>
    private async ValueTask<string?> ProblemAsync(string node, WriteRequest request, KubernetesObject? item, KubernetesObject? old, CancellationToken stop) =>
        (request.Resource.Group, request.Resource.Resource, request.Subresource) switch
        {
            ("", "pods", "") => await PodProblemAsync(node, request, item, old, stop),
            ("", "pods", "status") => StatusProblem(node, item, old),
            ("", "pods", "eviction") => await EvictionProblemAsync(node, request, stop),
            ("", "pods", var part) => $"unexpected pod subresource {QuotedText.Of(part)}, only 'status' and 'eviction' are allowed",
            ("", "nodes", _) => NodeProblem(node, request, item as Node, old as Node),
            ("", "persistentvolumeclaims", "status") => ClaimProblem(node, (PersistentVolumeClaim)item!, (PersistentVolumeClaim)old!),
            ("", "persistentvolumeclaims", _) => "may only update PVC status",
            ("", "serviceaccounts", "token") when item is TokenRequest token => await TokenProblemAsync(node, request, token, stop),
            ("coordination.k8s.io", "leases", _) => LeaseProblem(node, request, item),
            ("storage.k8s.io", "csinodes", _) when NameOf(request, item) != node => "can only access CSINode with the same name as the requesting node",
            _ => null,
        };

    private async ValueTask<string?> PodProblemAsync(string node, WriteRequest request, KubernetesObject? item, KubernetesObject? old, CancellationToken stop) =>
        request.Operation switch
        {
            WriteOperation.Create => MirrorPods.Problem(node, (Pod)item!, await UidOfAsync(node, stop)),
            WriteOperation.Delete => old is Pod pod && pod.Spec.NodeName != node
                ? $"node {QuotedText.Of(node)} can only delete pods with spec.nodeName set to itself"
                : null,
            _ => $"unexpected operation \"UPDATE\", node {QuotedText.Of(node)} can only create and delete mirror pods",
        };

    private async ValueTask<string?> UidOfAsync(string node, CancellationToken stop) =>
        (await storage.FindAsync(BuiltInKinds.Of<Node>(), new("", node), stop))?.Item.Metadata.Uid;

    private static string? StatusProblem(string node, KubernetesObject? item, KubernetesObject? old) => (item, old) switch
    {
        (_, Pod was) when was.Spec.NodeName != node => $"node {QuotedText.Of(node)} can only update pod status for pods with spec.nodeName set to itself",
        (Pod pod, Pod was) when pod.Metadata.Labels != was.Metadata.Labels => $"node {QuotedText.Of(node)} cannot update labels through pod status",
        (Pod pod, Pod was) when pod.Status.ResourceClaimStatuses != was.Status.ResourceClaimStatuses =>
            $"node {QuotedText.Of(node)} cannot update resource claim statues",
        (Pod pod, Pod was) when pod.Status.ExtendedResourceClaimStatus != was.Status.ExtendedResourceClaimStatus =>
            $"node {QuotedText.Of(node)} cannot update extended resource claim status",
        _ => null,
    };

    private async ValueTask<string?> EvictionProblemAsync(string node, WriteRequest request, CancellationToken stop) =>
        (Pod)(await storage.GetAsync(Pods, request.Key, stop)).Item is { } pod && pod.Spec.NodeName != node
            ? $"node {node} can only evict pods with spec.nodeName set to itself"
            : null;

    private static string? NodeProblem(string node, WriteRequest request, Node? item, Node? old)
    {
        var (name, quoted) = (NameOf(request, item), QuotedText.Of(node));
        if (name != node)
        {
            return $"node {quoted} is not allowed to modify node {QuotedText.Of(name)}";
        }

        if (request.Operation == WriteOperation.Delete || item is null)
        {
            return null;
        }

        var labels = NodeLabels.Forbidden(item.Metadata.Labels, old?.Metadata.Labels ?? default);
        return old is null
            ? item.Spec.ConfigSource is not null ? $"node {quoted} is not allowed to create pods with a non-nil configSource"
                : labels.Length > 0 ? $"node {quoted} is not allowed to set the following labels: {labels}" : null
            : item.Spec.ConfigSource is not null && item.Spec.ConfigSource != old.Spec.ConfigSource
                ? $"node {quoted} is not allowed to update configSource to a new non-nil configSource"
            : item.Spec.Taints != old.Spec.Taints ? $"node {quoted} is not allowed to modify taints"
            : labels.Length > 0 ? $"is not allowed to modify labels: {labels}"
            : item.Metadata.OwnerReferences != old.Metadata.OwnerReferences ? $"node {quoted} is not allowed to modify ownerReferences"
            : null;
    }

    private static string? ClaimProblem(string node, PersistentVolumeClaim item, PersistentVolumeClaim old)
    {
        var reported = old with
        {
            Metadata = old.Metadata with { ResourceVersion = item.Metadata.ResourceVersion, ManagedFields = item.Metadata.ManagedFields },
            Status = old.Status with
            {
                Capacity = item.Status.Capacity,
                Conditions = item.Status.Conditions,
                AllocatedResources = item.Status.AllocatedResources,
                AllocatedResourceStatuses = item.Status.AllocatedResourceStatuses,
            },
        };
        return reported == item ? null : $"node {QuotedText.Of(node)} is not allowed to update fields other than status.quantity and status.conditions";
    }

    private async ValueTask<string?> TokenProblemAsync(string node, WriteRequest request, TokenRequest token, CancellationToken stop)
    {
        if (token.Spec.BoundObjectRef is not { ApiVersion: "v1", Kind: "Pod", Name.Length: > 0 } bound)
        {
            return "node requested token not bound to a pod";
        }

        if (string.IsNullOrEmpty(bound.Uid))
        {
            return "node requested token with a pod binding without a uid";
        }

        var pod = (Pod)(await storage.GetAsync(Pods, new(request.Key.Namespace, bound.Name), stop)).Item;
        return pod.Metadata.Uid != bound.Uid
            ? $"the UID in the bound object reference ({bound.Uid}) does not match the UID in record. The object might have been deleted and then recreated"
            : pod.Spec.NodeName != node ? "node requested token bound to a pod scheduled on a different node" : null;
    }

    private static string? LeaseProblem(string node, WriteRequest request, KubernetesObject? item) =>
        request.Key.Namespace != LeaseNamespace ? $"can only access leases in the {QuotedText.Of(LeaseNamespace)} system namespace"
        : NameOf(request, item) != node ? "can only access node lease with the same name as the requesting node"
        : null;

    private static string NameOf(WriteRequest request, KubernetesObject? item) =>
        request.Key.Name.Length > 0 || item is Eviction ? request.Key.Name : item?.Metadata.Name ?? "";
}
