using Coppice.Objects.Core;

namespace Coppice.ApiServer.Kinds.Core;

/// <summary>The annotation that named the storage class before there was a field for it; it still comes first.</summary>
internal static class StorageClassNote
{
    public const string Name = "volume.beta.kubernetes.io/storage-class";

    /// <summary>Empty for none.</summary>
    public static string Of(PersistentVolumeClaim claim) => claim.Metadata.Annotations.Find(Name) ?? claim.Spec.StorageClassName ?? "";

    /// <inheritdoc cref="Of(PersistentVolumeClaim)"/>
    public static string Of(PersistentVolume volume) => volume.Metadata.Annotations.Find(Name) ?? volume.Spec.StorageClassName ?? "";
}
