using Coppice.Objects;
using Coppice.Objects.Storage;

namespace Coppice.ApiServer.Kinds.Storage;

/// <summary>How much room there is for volumes in a part of the cluster.</summary>
internal static class CSIStorageCapacityKind
{
    public static ServedKind Served { get; } = new(BuiltInKinds.Of<CSIStorageCapacity>(), new CSIStorageCapacityStrategy(), new CSIStorageCapacityTable())
    {
        NeedsVersion = true,
    };
}
