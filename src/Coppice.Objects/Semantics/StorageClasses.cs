using Coppice.Objects.Core;
using Coppice.Objects.Storage;

namespace Coppice.Objects;

/// <summary>Which class of storage somebody is of, in the field or in the annotation that came before it and still counts first.</summary>
public static class StorageClasses
{
    public const string NameNote = "volume.beta.kubernetes.io/storage-class";

    private const string DefaultNote = "storageclass.kubernetes.io/is-default-class";

    private const string OldDefaultNote = "storageclass.beta.kubernetes.io/is-default-class";

    /// <summary>Empty for none.</summary>
    public static string NameFor(PersistentVolumeClaim claim) => claim.Metadata.Annotations.Find(NameNote) ?? claim.Spec.StorageClassName ?? "";

    /// <inheritdoc cref="NameFor(PersistentVolumeClaim)"/>
    public static string NameFor(PersistentVolume volume) => volume.Metadata.Annotations.Find(NameNote) ?? volume.Spec.StorageClassName ?? "";

    /// <summary>Whether claims that name no class are of this one.</summary>
    public static bool IsDefault(StorageClass item) =>
        item.Metadata.Annotations.Find(DefaultNote) == "true" || item.Metadata.Annotations.Find(OldDefaultNote) == "true";
}
