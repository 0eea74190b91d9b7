using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Storage;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Storage;

namespace Coppice.ApiServer.Admission;

/// <summary>A claim that names no class gets the one that is marked as the default: of several the youngest.</summary>
internal sealed class DefaultStorageClass(ObjectStorage storage) : IMutatingAdmission
{
    private readonly LiveObjects<StorageClass> _classes = new(storage);

    public bool Handles(WriteOperation operation) => operation == WriteOperation.Create;

    public IReadOnlyList<Type>? Records => [typeof(PersistentVolumeClaim)];

    public async ValueTask<KubernetesObject?> AdmitAsync(WriteRequest request, KubernetesObject? item, KubernetesObject? old, CancellationToken stop)
    {
        if (item is not PersistentVolumeClaim claim || !StorageClasses.IsUnclassed(claim))
        {
            return item;
        }

        var chosen = StorageClasses.DefaultOf((await _classes.NowAsync(stop)).Values);
        return chosen is null ? item : claim with { Spec = claim.Spec with { StorageClassName = chosen.Metadata.Name } };
    }
}
