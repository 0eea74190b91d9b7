using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Storage;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;

namespace Coppice.ApiServer.Admission;

/// <summary>Nothing is made in a namespace that is not there, or that is going.</summary>
internal sealed class NamespaceLifecycle(ObjectStorage storage) : IAdmission
{
    private static readonly Kind Namespaces = BuiltInKinds.Of<Namespace>();

    public async ValueTask<KubernetesObject> AdmitAsync(WriteScope scope, KubernetesObject item, KubernetesObject? old, CancellationToken stop)
    {
        if (!scope.Kind.Namespaced || old is not null)
        {
            return item;
        }

        var space = (Namespace)(await storage.GetAsync(Namespaces, new("", scope.Namespace), stop)).Item;
        if (space.Metadata.DeletionTimestamp is null)
        {
            return item;
        }

        var refusal = ApiErrors.Forbidden(
            scope.Resource,
            item.Metadata.Name ?? "",
            $"unable to create new content in namespace {scope.Namespace} because it is being terminated");
        var cause = new ApiStatusCause
        {
            Reason = "NamespaceTerminating",
            Message = $"namespace {scope.Namespace} is being terminated",
            Field = "metadata.namespace",
        };
        throw new ApiError(refusal.Status with { Details = refusal.Status.Details! with { Causes = [cause] } });
    }
}
