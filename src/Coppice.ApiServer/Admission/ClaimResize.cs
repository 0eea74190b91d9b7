using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Storage;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Storage;

namespace Coppice.ApiServer.Admission;

/// <summary>What Kubernetes' PersistentVolumeClaimResize does: a claim grows only if it has its volume, and the class of that allows it.</summary>
internal sealed class ClaimResize(ObjectStorage storage) : IValidatingAdmission
{
    private static readonly Kind Classes = BuiltInKinds.Of<StorageClass>();

    public string Name => "PersistentVolumeClaimResize";

    public bool Handles(WriteOperation operation) => operation == WriteOperation.Update;

    public IReadOnlyList<Type>? Records => [typeof(PersistentVolumeClaim)];

    public async ValueTask ValidateAsync(WriteRequest request, KubernetesObject? item, KubernetesObject? old, CancellationToken stop)
    {
        if (request.Subresource.Length > 0 || (item, old) is not (PersistentVolumeClaim claim, PersistentVolumeClaim before))
        {
            return;
        }

        if (claim.Spec.Resources.Requests.Find(ResourceName.Storage) <= before.Spec.Resources.Requests.Find(ResourceName.Storage))
        {
            return;
        }

        if (before.Status.Phase != PersistentVolumeClaimPhase.Bound)
        {
            throw Forbidden("Only bound persistent volume claims can be expanded");
        }

        if (!await MayGrowAsync(StorageClasses.NameFor(claim), StorageClasses.NameFor(before), stop))
        {
            throw Forbidden("only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize");
        }

        ApiError Forbidden(string why) => ApiErrors.Forbidden(request.Resource, claim.Metadata.Name ?? "", why);
    }

    private async ValueTask<bool> MayGrowAsync(string name, string oldName, CancellationToken stop) =>
        name.Length > 0 && name == oldName
        && await storage.FindAsync(Classes, new("", name), stop) is { Item: StorageClass { AllowVolumeExpansion: true } };
}
