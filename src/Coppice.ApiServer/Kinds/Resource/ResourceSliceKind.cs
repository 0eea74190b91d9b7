using Coppice.Objects;
using Coppice.Objects.Resource;

namespace Coppice.ApiServer.Kinds.Resource;

/// <summary>Some of the devices that a driver has to give.</summary>
internal static class ResourceSliceKind
{
    public static ServedKind Served { get; } = new(BuiltInKinds.Of<ResourceSlice>(), new ResourceSliceStrategy(), new ResourceSliceTable())
    {
        AnswersDeleted = true,
        Fields = FieldLabels.Of<ResourceSlice>(("spec.driver", slice => slice.Spec.Driver), ("spec.nodeName", slice => slice.Spec.NodeName)),
    };
}
