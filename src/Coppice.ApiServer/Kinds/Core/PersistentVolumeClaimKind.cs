using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Kinds.Core;

/// <summary>Claims to storage that outlives pods.</summary>
internal static class PersistentVolumeClaimKind
{
    private static readonly Kind Kind = BuiltInKinds.Of<PersistentVolumeClaim>();

    public static ServedKind Served { get; } = new(Kind, new PersistentVolumeClaimStrategy(), new PersistentVolumeClaimTable())
    {
        AnswersDeleted = true,
        Subresources = [Subresource.Status(Kind)],
    };
}
