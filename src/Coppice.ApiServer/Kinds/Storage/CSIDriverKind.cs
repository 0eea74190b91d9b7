using Coppice.Objects;
using Coppice.Objects.Storage;

namespace Coppice.ApiServer.Kinds.Storage;

/// <summary>A driver of volumes that the cluster has.</summary>
internal static class CSIDriverKind
{
    public static ServedKind Served { get; } = new(BuiltInKinds.Of<CSIDriver>(), new CSIDriverStrategy(), new CSIDriverTable())
    {
        AnswersDeleted = true,
        NeedsVersion = true,
    };
}
