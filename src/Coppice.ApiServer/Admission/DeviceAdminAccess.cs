using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Storage;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Resource;
using ResourceClaim = Coppice.Objects.Resource.ResourceClaim;

namespace Coppice.ApiServer.Admission;

/// <summary>Devices that others use may be looked after from namespaces alone that somebody has marked for it.</summary>
internal sealed class DeviceAdminAccess(ObjectStorage storage) : IValidatingAdmission
{
    private const string Label = "resource.kubernetes.io/admin-access";

    private static readonly Kind Namespaces = BuiltInKinds.Of<Namespace>();

    private static readonly FieldPath Requests = FieldPath.Of("spec").Child("devices", "requests");

    public bool Handles(WriteOperation operation) => operation == WriteOperation.Create;

    public async ValueTask ValidateAsync(WriteRequest request, KubernetesObject? item, KubernetesObject? old, CancellationToken stop)
    {
        var requests = item switch
        {
            ResourceClaim claim => claim.Spec.Devices.Requests,
            ResourceClaimTemplate template => template.Spec.Spec.Devices.Requests,
            _ => default,
        };
        var index = requests.ToList().FindIndex(one => one.Exactly?.AdminAccess == true);
        if (index < 0 || await storage.FindAsync(Namespaces, new("", request.Key.Namespace), stop) is { Item: var space } && space.Metadata.Labels.Find(Label) == "true")
        {
            return;
        }

        throw ApiErrors.Invalid(request.Kind, item!.Metadata.Name ?? "", FieldError.Forbidden(
            Requests.Index(index).Child("adminAccess"), $"admin access to devices requires the `{Label}: true` label on the containing namespace"));
    }
}
