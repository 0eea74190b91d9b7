using Coppice.ApiServer.Requests;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Storage;

namespace Coppice.ApiServer.Admission;

/// <summary>What Kubernetes' StorageObjectInUseProtection does: claims, volumes and classes of attributes wait for the end of whoever uses them.</summary>
internal sealed class StorageProtection : IMutatingAdmission
{
    public string Name => "StorageObjectInUseProtection";

    public bool Handles(WriteOperation operation) => operation == WriteOperation.Create;

    public IReadOnlyList<Type>? Records => [typeof(PersistentVolumeClaim), typeof(PersistentVolume), typeof(VolumeAttributesClass)];

    public ValueTask<KubernetesObject?> AdmitAsync(WriteRequest request, KubernetesObject? item, KubernetesObject? old, CancellationToken stop) =>
        new(request.Subresource.Length > 0 || FinalizerOf(item) is not { } finalizer || item!.Metadata.Finalizers.Contains(finalizer)
            ? item
            : item with { Metadata = item.Metadata with { Finalizers = item.Metadata.Finalizers.Add(finalizer) } });

    private static string? FinalizerOf(KubernetesObject? item) => item switch
    {
        PersistentVolumeClaim => StorageFinalizers.Claim,
        PersistentVolume => StorageFinalizers.Volume,
        VolumeAttributesClass => StorageFinalizers.AttributesClass,
        _ => null,
    };
}
