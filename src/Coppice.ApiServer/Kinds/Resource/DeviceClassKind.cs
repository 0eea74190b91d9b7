using Coppice.Objects;
using Coppice.Objects.Resource;

namespace Coppice.ApiServer.Kinds.Resource;

/// <summary>A sort of devices that claims ask for by name.</summary>
internal static class DeviceClassKind
{
    public static ServedKind Served { get; } = new(BuiltInKinds.Of<DeviceClass>(), new DeviceClassStrategy(), new DeviceClassTable())
    {
        AnswersDeleted = true,
    };
}
