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
    private static readonly FieldPath Results = FieldPath.Of("status").Child("allocation", "devices", "results");

    public bool Handles(WriteOperation operation) => operation is WriteOperation.Create or WriteOperation.Update;

    public IReadOnlyList<Type>? Records => [typeof(ResourceClaim), typeof(ResourceClaimTemplate)];

    public async ValueTask ValidateAsync(WriteRequest request, KubernetesObject? item, KubernetesObject? old, CancellationToken stop)
    {
        // What a claim asks for never changes, nor does what it was given.
        var asked = (item, old) switch
        {
            (ResourceClaim claim, null) => Asked(claim.Spec),
            (ResourceClaimTemplate template, null) => Asked(template.Spec.Spec),
            (ResourceClaim claim, ResourceClaim before) => Given(before) is null ? Given(claim) : null,
            _ => null,
        };
        if (asked is null || await storage.FindAsync(Namespaces, new("", request.Key.Namespace), stop) is { Item: var space } && space.Metadata.Labels.Find(Label) == "true")
        {
            return;
        }

        throw ApiErrors.Invalid(request.Kind, item!.Metadata.Name ?? "", FieldError.Forbidden(
            asked.Child("adminAccess"), $"admin access to devices requires the `{Label}: true` label on the containing namespace"));
    }

    private static FieldPath? Asked(ResourceClaimSpec spec) => First(Requests, spec.Devices.Requests, one => one.Exactly?.AdminAccess);

    private static FieldPath? Given(ResourceClaim claim) => First(Results, claim.Status.Allocation?.Devices.Results ?? default, one => one.AdminAccess);

    private static FieldPath? First<T>(FieldPath path, ValueList<T> items, Func<T, bool?> isAdmin)
    {
        var index = items.ToList().FindIndex(one => isAdmin(one) == true);
        return index < 0 ? null : path.Index(index);
    }
}
