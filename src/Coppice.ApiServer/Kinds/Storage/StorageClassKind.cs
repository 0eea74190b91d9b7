using Coppice.Objects;
using Coppice.Objects.Storage;

namespace Coppice.ApiServer.Kinds.Storage;

/// <summary>A kind of storage that claims ask for by name.</summary>
internal static class StorageClassKind
{
    public static ServedKind Served { get; } = new(BuiltInKinds.Of<StorageClass>(), new StorageClassStrategy(), new StorageClassTable())
    {
        AnswersDeleted = true,
    };
}
