using Coppice.Objects;
using Coppice.Objects.Storage;

namespace Coppice.ApiServer.Kinds.Storage;

/// <summary>The drivers of volumes that a node has.</summary>
internal static class CSINodeKind
{
    public static ServedKind Served { get; } = new(BuiltInKinds.Of<CSINode>(), new CSINodeStrategy(), new CSINodeTable())
    {
        AnswersDeleted = true,
        NeedsVersion = true,
    };
}
