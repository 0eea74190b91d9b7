using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Storage;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;

namespace Coppice.ApiServer.Admission;

/// <summary>
/// Nothing is made in a namespace that is not there, or that is going: no bindings, evictions and tokens either, of what is there
/// still. And some namespaces never go.
/// </summary>
internal sealed class NamespaceLifecycle(ObjectStorage storage) : IMutatingAdmission
{
    // Kubernetes' list: the rest of the cluster takes it for granted that these are there.
    private static readonly string[] Lasting = ["default", "kube-system", "kube-public"];

    private static readonly Kind Namespaces = BuiltInKinds.Of<Namespace>();

    public bool Handles(WriteOperation operation) => operation is WriteOperation.Create or WriteOperation.Delete;

    public async ValueTask<KubernetesObject?> AdmitAsync(WriteRequest request, KubernetesObject? item, KubernetesObject? old, CancellationToken stop)
    {
        if (request.Operation == WriteOperation.Delete)
        {
            return old is Namespace && Lasting.Contains(request.Key.Name)
                ? throw ApiErrors.Forbidden(request.Resource, request.Key.Name, "this namespace may not be deleted")
                : item;
        }

        if (!request.Kind.Namespaced)
        {
            return item;
        }

        var space = (Namespace)(await storage.GetAsync(Namespaces, new("", request.Key.Namespace), stop)).Item;
        if (space.Metadata.DeletionTimestamp is null)
        {
            return item;
        }

        var refusal = ApiErrors.Forbidden(
            request.Resource,
            request.Key.Name.Length > 0 ? request.Key.Name : item?.Metadata.Name ?? "",
            $"unable to create new content in namespace {request.Key.Namespace} because it is being terminated");
        var cause = new ApiStatusCause
        {
            Reason = "NamespaceTerminating",
            Message = $"namespace {request.Key.Namespace} is being terminated",
            Field = "metadata.namespace",
        };
        throw new ApiError(refusal.Status with { Details = refusal.Status.Details! with { Causes = [cause] } });
    }
}
