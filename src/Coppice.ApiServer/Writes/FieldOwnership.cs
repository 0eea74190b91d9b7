using Coppice.Objects;

namespace Coppice.ApiServer.Writes;

/// <summary>Who has set which field of an object. Nobody is told yet, and what a client says about it is not kept.</summary>
internal static class FieldOwnership
{
    public static KubernetesObject? Note(KubernetesObject? item) => item is { Metadata.ManagedFields.IsEmpty: false }
        ? item with { Metadata = item.Metadata with { ManagedFields = default } }
        : item;
}
