using Coppice.Objects;
using Coppice.Objects.Storage;

namespace Coppice.ApiServer.Kinds.Storage;

/// <summary>Attributes of volumes that may be changed while they are in use.</summary>
internal static class VolumeAttributesClassKind
{
    public static ServedKind Served { get; } = new(BuiltInKinds.Of<VolumeAttributesClass>(), new VolumeAttributesClassStrategy(), new VolumeAttributesClassTable())
    {
        AnswersDeleted = true,
    };
}
