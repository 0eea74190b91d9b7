using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Kinds.Core;

/// <summary>Storage that outlives pods and claims.</summary>
internal static class PersistentVolumeKind
{
    private static readonly Kind Kind = BuiltInKinds.Of<PersistentVolume>();

    public static ServedKind Served { get; } = new(Kind, new PersistentVolumeStrategy(), new PersistentVolumeTable())
    {
        AnswersDeleted = true,
        Subresources = [Subresource.Status(Kind)],
    };
}
