using Coppice.Objects;

namespace Coppice.Client;

/// <summary>A write of one object, or to one of its subresources ("status", "scale", "binding", "token" …).</summary>
/// <param name="Key">Of the object; without a name where the API makes one up.</param>
/// <param name="Subresource">Null for the object itself.</param>
public abstract record ObjectWrite(ObjectKey Key, string? Subresource)
{
    /// <summary>Makes an object, or posts to a subresource: a Binding, an Eviction, a TokenRequest.</summary>
    public sealed record Create(ObjectKey Key, KubernetesObject Item, string? Subresource = null) : ObjectWrite(Key, Subresource)
    {
        public Create(KubernetesObject item)
            : this(ObjectKey.Of(item), item)
        {
        }
    }

    /// <summary>Replaces an object or a part of it. With a resourceVersion in its metadata, only if that is still the newest (else a Conflict).</summary>
    public sealed record Update(KubernetesObject Item, string? Subresource = null) : ObjectWrite(ObjectKey.Of(Item), Subresource);

    /// <summary>Changes an object or a part of it by what is said of its fields.</summary>
    public sealed record Patch(ObjectKey Key, PatchType Type, ReadOnlyMemory<byte> Body, string? Subresource = null) : ObjectWrite(Key, Subresource);
}
