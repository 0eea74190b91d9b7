using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Resources;
using Coppice.ApiServer.Storage;
using Coppice.Objects;
using Coppice.Objects.Rbac;

namespace Coppice.ApiServer.Authorization;

/// <summary>
/// What the agent of a node may do: read what the pods bound to it need and no more, keep its own node, lease and CSI node, and beside
/// that what all nodes may. Which of the objects that it writes are its own is the NodeRestriction admission's to say.
/// </summary>
/// <param name="common">What all nodes may do alike.</param>
internal sealed class NodeAuthorizer(ObjectStorage storage, ValueList<PolicyRule> common)
{
    private const string LeaseNamespace = "kube-node-lease";

    private readonly NodeRelations _relations = new(storage);

    public async ValueTask<AccessDecision> DecideAsync(string node, AccessRequest request, CancellationToken stop)
    {
        var resource = request.Resource;
        return (resource?.Group, resource?.Resource) switch
        {
            ("", "secrets") => await ReadAsync(node, Needed.Secret, request, stop),
            ("", "configmaps") => await ReadAsync(node, Needed.ConfigMap, request, stop),
            ("", "persistentvolumeclaims") => await ClaimAsync(node, request, stop),
            ("", "persistentvolumes") => await GetAsync(node, Needed.Volume, request, stop),
            ("resource.k8s.io", "resourceclaims") => await GetAsync(node, Needed.ResourceClaim, request, stop),
            ("storage.k8s.io", "volumeattachments") => await GetAsync(node, Needed.Attachment, request, stop),
            ("", "serviceaccounts") => await AccountAsync(node, request, stop),
            ("coordination.k8s.io", "leases") => DecideLease(node, request),
            ("storage.k8s.io", "csinodes") => DecideCsiNode(node, request),
            ("resource.k8s.io", "resourceslices") => await SliceAsync(node, request, stop),
            ("", "nodes") => DecideNode(node, request),
            ("", "pods") => await PodAsync(node, request, stop),
            _ => common.Any(rule => RoleRules.Allows(rule, request)) ? AccessDecision.Allow : No(""),
        };
    }

    private async ValueTask<AccessDecision> ReadAsync(string node, Needed what, AccessRequest request, CancellationToken stop) => request switch
    {
        { Verb: not ("get" or "list" or "watch") } => No("can only read resources of this type"),
        { Subresource.Length: > 0 } => No("cannot read subresource"),
        { Namespace: "" } => No("can only read namespaced object of this type"),
        _ => await RelatedAsync(node, what, request, stop),
    };

    private async ValueTask<AccessDecision> GetAsync(string node, Needed what, AccessRequest request, CancellationToken stop) => request switch
    {
        { Verb: not "get" } => No("can only get individual resources of this type"),
        { Subresource.Length: > 0 } => No("cannot get subresource"),
        _ => await RelatedAsync(node, what, request, stop),
    };

    private async ValueTask<AccessDecision> ClaimAsync(string node, AccessRequest request, CancellationToken stop) => request switch
    {
        { Subresource: not "status" } => await GetAsync(node, Needed.Claim, request, stop),
        { Verb: not ("update" or "patch") } => No("can only get/update/patch this type"),
        _ => await RelatedAsync(node, Needed.Claim, request, stop),
    };

    private async ValueTask<AccessDecision> AccountAsync(string node, AccessRequest request, CancellationToken stop) => request switch
    {
        { Verb: "get", Subresource: "" } => await RelatedAsync(node, Needed.Account, request, stop),
        { Verb: not "create" } or { Name: "" } => No("can only create tokens for individual service accounts"),
        { Subresource: not "token" } => No("can only create token subresource of serviceaccount"),
        _ => await RelatedAsync(node, Needed.Account, request, stop),
    };

    private static AccessDecision DecideLease(string node, AccessRequest request) => request switch
    {
        { Verb: not ("get" or "create" or "update" or "patch" or "delete") } => No("can only get, create, update, patch, or delete a node lease"),
        { Namespace: not LeaseNamespace } => No($"can only access leases in the {QuotedText.Of(LeaseNamespace)} system namespace"),
        { Verb: not "create" } when request.Name != node => No("can only access node lease with the same name as the requesting node"),
        _ => AccessDecision.Allow,
    };

    private static AccessDecision DecideCsiNode(string node, AccessRequest request) => request switch
    {
        { Verb: not ("get" or "create" or "update" or "patch" or "delete") } => No("can only get, create, update, patch, or delete a CSINode"),
        { Subresource.Length: > 0 } => No("cannot authorize CSINode subresources"),
        { Verb: not "create" } when request.Name != node => No("can only access CSINode with the same name as the requesting node"),
        _ => AccessDecision.Allow,
    };

    private async ValueTask<AccessDecision> SliceAsync(string node, AccessRequest request, CancellationToken stop) => request switch
    {
        { Subresource.Length: > 0 } => No("cannot authorize ResourceSlice subresources"),
        { Verb: "create" } => AccessDecision.Allow,
        { Verb: "get" or "update" or "patch" or "delete" } => await RelatedAsync(node, Needed.Slice, request, stop),
        { Verb: "watch" or "list" or "deletecollection" } => FieldQuery.ExactValue(request.FieldSelector, "spec.nodeName") == node
            ? AccessDecision.Allow
            : No("can only list/watch/deletecollection resourceslices with nodeName field selector"),
        _ => No("only the following verbs are allowed for a ResourceSlice: get, watch, list, create, update, patch, delete, deletecollection"),
    };

    private static AccessDecision DecideNode(string node, AccessRequest request) => request switch
    {
        { Subresource: "", Verb: "create" or "update" or "patch" } or { Subresource: "status", Verb: "update" or "patch" } => AccessDecision.Allow,
        { Subresource: "", Verb: "get" or "list" or "watch" } => request.Name == node ? AccessDecision.Allow
            : request.Name.Length == 0 ? No($"node '{node}' cannot read all nodes, only its own Node object")
            : No($"node '{node}' cannot read '{request.Name}', only its own Node object"),
        _ => No(""),
    };

    private async ValueTask<AccessDecision> PodAsync(string node, AccessRequest request, CancellationToken stop) => (request.Subresource, request.Verb) switch
    {
        ("", "get") => await RelatedAsync(node, Needed.Pod, request, stop),
        ("", "list" or "watch") when FieldQuery.ExactValue(request.FieldSelector, "spec.nodeName") == node => AccessDecision.Allow,
        ("", "list" or "watch") => request.Name.Length > 0
            ? await RelatedAsync(node, Needed.Pod, request, stop)
            : No("can only list/watch pods with spec.nodeName field selector"),
        ("", "create" or "delete") or ("status", "update" or "patch") or ("eviction", "create") => AccessDecision.Allow,
        _ => No(""),
    };

    private async ValueTask<AccessDecision> RelatedAsync(string node, Needed what, AccessRequest request, CancellationToken stop) =>
        request.Name.Length == 0 ? No("No Object name found")
        : await _relations.HasAsync(node, what, new(request.Namespace, request.Name), stop) ? AccessDecision.Allow
        : No($"no relationship found between node '{node}' and this object");

    private static AccessDecision No(string why) => new(false, why);
}
