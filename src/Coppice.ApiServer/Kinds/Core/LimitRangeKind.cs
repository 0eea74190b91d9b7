using Coppice.ApiServer.Tables;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Kinds.Core;

/// <summary>Bounds and defaults for what is asked for in a namespace.</summary>
internal static class LimitRangeKind
{
    public static ServedKind Served { get; } = new(BuiltInKinds.Of<LimitRange>(), new LimitRangeStrategy(), new CreatedAtTable<LimitRange>())
    {
        IsMadeByUpdate = true,
    };
}
