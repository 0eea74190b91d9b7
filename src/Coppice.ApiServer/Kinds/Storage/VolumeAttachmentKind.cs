using Coppice.Objects;
using Coppice.Objects.Storage;

namespace Coppice.ApiServer.Kinds.Storage;

/// <summary>That a volume is to be attached to a node.</summary>
internal static class VolumeAttachmentKind
{
    private static readonly Kind Kind = BuiltInKinds.Of<VolumeAttachment>();

    public static ServedKind Served { get; } = new(Kind, new VolumeAttachmentStrategy(), new VolumeAttachmentTable())
    {
        AnswersDeleted = true,
        NeedsVersion = true,
        Subresources = [Subresource.Status(Kind)],
    };
}
