using Coppice.Objects.Meta;

namespace Coppice.Objects;

/// <summary>The one owner reference of an object that names its controller.</summary>
public static class ControllerRef
{
    /// <summary>Null for an object that nobody controls.</summary>
    public static OwnerReference? Of(KubernetesObject item)
    {
        foreach (var reference in item.Metadata.OwnerReferences)
        {
            if (reference.Controller == true)
            {
                return reference;
            }
        }

        return null;
    }

    /// <summary>A reference that makes an object its owner's: it goes when the owner goes, and a foreground deletion waits for it.</summary>
    public static OwnerReference To(KubernetesObject owner)
    {
        var (apiVersion, kind) = BuiltInKinds.NameOf(owner);
        return new()
        {
            ApiVersion = apiVersion,
            Kind = kind,
            Name = owner.Metadata.Name!,
            Uid = owner.Metadata.Uid!,
            Controller = true,
            BlockOwnerDeletion = true,
        };
    }

    /// <summary>The key of the object's controller if that is of the given kind.</summary>
    public static ObjectKey? KeyOf<TOwner>(KubernetesObject? item) where TOwner : KubernetesObject
    {
        var kind = BuiltInKinds.Of<TOwner>();
        return item is not null && Of(item) is { } reference && reference.Kind == kind.Name && GroupOf(reference.ApiVersion) == kind.Group
            ? new ObjectKey(item.Metadata.Namespace ?? "", reference.Name)
            : null;
    }

    /// <summary>The group of an apiVersion; empty for the core's.</summary>
    public static string GroupOf(string apiVersion) => apiVersion.IndexOf('/') is var slash and >= 0 ? apiVersion[..slash] : "";

    public static bool IsControlledBy(KubernetesObject item, KubernetesObject owner) => Of(item) is { } reference && reference.Uid == owner.Metadata.Uid;
}
