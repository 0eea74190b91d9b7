using Coppice.Objects;
using Coppice.Objects.Scheduling;

namespace Coppice.ApiServer.Kinds.Scheduling;

/// <summary>How important pods are, by name.</summary>
internal static class PriorityClassKind
{
    public static ServedKind Served { get; } = new(BuiltInKinds.Of<PriorityClass>(), new PriorityClassStrategy(), new PriorityClassTable());
}
