using Coppice.Objects.Core;
using Coppice.Objects.Storage;

namespace Coppice.Objects;

/// <summary>Which class of storage somebody is of, in the field or in the annotation that came before it and still counts first.</summary>
public static class StorageClasses
{
    public const string NameNote = "volume.beta.kubernetes.io/storage-class";

    /// <summary>At a class: "true" for the default.</summary>
    public const string DefaultNote = "storageclass.kubernetes.io/is-default-class";

    private const string OldDefaultNote = "storageclass.beta.kubernetes.io/is-default-class";

    /// <summary>Empty for none.</summary>
    public static string NameFor(PersistentVolumeClaim claim) => claim.Metadata.Annotations.Find(NameNote) ?? claim.Spec.StorageClassName ?? "";

    /// <inheritdoc cref="NameFor(PersistentVolumeClaim)"/>
    public static string NameFor(PersistentVolume volume) => volume.Metadata.Annotations.Find(NameNote) ?? volume.Spec.StorageClassName ?? "";

    /// <summary>The class of claims that name none: of several defaults the youngest; null for none.</summary>
    public static StorageClass? DefaultOf(IEnumerable<StorageClass> classes) => classes
        .Where(IsDefault)
        .OrderByDescending(one => one.Metadata.CreationTimestamp)
        .ThenBy(one => one.Metadata.Name, StringComparer.Ordinal)
        .FirstOrDefault();

    /// <summary>The claim says nothing of a class, not even that it wants none.</summary>
    public static bool IsUnclassed(PersistentVolumeClaim claim) => claim.Spec.StorageClassName is null && !claim.Metadata.Annotations.ContainsKey(NameNote);

    /// <summary>Whether claims that name no class are of this one.</summary>
    public static bool IsDefault(StorageClass item) =>
        item.Metadata.Annotations.Find(DefaultNote) == "true" || item.Metadata.Annotations.Find(OldDefaultNote) == "true";
}
