using Coppice.ApiServer.Authorization;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Registry;
using Coppice.ApiServer.Requests;
using Coppice.Objects;
using Coppice.Objects.Meta;

namespace Coppice.ApiServer.Admission;

/// <summary>
/// Kubernetes' OwnerReferencesPermissionEnforcement: who gives an object other owners needs the right to delete it, as that is what they
/// can have the garbage collector do; and who holds up the deletion of an owner, the right to set its finalizers.
/// </summary>
/// <param name="isOn">It is for whoever runs the cluster to say.</param>
internal sealed class OwnerPermissions(Authorizer authorizer, KindRegistry kinds, Func<bool> isOn) : IValidatingAdmission
{
    public string Name => AdmissionPlugins.OwnerReferences;

    public bool Handles(WriteOperation operation) => operation is WriteOperation.Create or WriteOperation.Update;

    public async ValueTask ValidateAsync(WriteRequest request, KubernetesObject? item, KubernetesObject? old, CancellationToken stop)
    {
        // Nodes report how pods are, and have no other rights to them.
        var isPodStatus = request is { Subresource: "status", Resource: { Group: "", Resource: "pods" } };
        var (owners, before) = (item?.Metadata.OwnerReferences ?? default, old?.Metadata.OwnerReferences ?? default);
        if (!isOn() || isPodStatus || AreSame(owners, before))
        {
            return;
        }

        var (space, name) = (request.Key.Namespace, item!.Metadata.Name ?? "");
        if (request.Operation != WriteOperation.Create)
        {
            var delete = AccessRequest.To("delete", request.Resource, space, name, request.Subresource);
            await RequireAsync(request, name, delete, "cannot set an ownerRef on a resource you can't delete", stop);
        }

        foreach (var owner in owners.Where(owner => owner.BlockOwnerDeletion == true && !before.Any(one => one.Uid == owner.Uid && one.BlockOwnerDeletion == true)))
        {
            var kind = kinds.Current.All.FirstOrDefault(one => one.Kind.ApiVersion == owner.ApiVersion && one.Kind.Name == owner.Kind)?.Kind
                ?? throw ApiErrors.Forbidden(
                    request.Resource,
                    name,
                    $"cannot set blockOwnerDeletion in this case because cannot find RESTMapping for APIVersion {owner.ApiVersion} Kind {owner.Kind}: no matches for kind {QuotedText.Of(owner.Kind)} in version {QuotedText.Of(owner.ApiVersion)}");
            var finalize = AccessRequest.To("update", kind, kind.Namespaced ? space : "", owner.Name, "finalizers");
            await RequireAsync(
                request, name, finalize, "cannot set blockOwnerDeletion if an ownerReference refers to a resource you can't set finalizers on", stop);
        }
    }

    /// <summary>The same owners, in any order.</summary>
    private static bool AreSame(ValueList<OwnerReference> owners, ValueList<OwnerReference> before) =>
        owners == before || (owners.Count == before.Count && owners.All(before.Contains));

    private async ValueTask RequireAsync(WriteRequest request, string name, AccessRequest wanted, string why, CancellationToken stop)
    {
        var decision = await authorizer.DecideAsync(request.User, wanted, stop);
        if (!decision.Allowed)
        {
            // Go shows that nothing went wrong, too.
            throw ApiErrors.Forbidden(request.Resource, name, $"{why}: {decision.Reason}, <nil>");
        }
    }
}
