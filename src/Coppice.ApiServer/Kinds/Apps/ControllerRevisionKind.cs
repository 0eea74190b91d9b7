using Coppice.Objects;
using Coppice.Objects.Apps;

namespace Coppice.ApiServer.Kinds.Apps;

/// <summary>What a controller remembers of a former state of its own.</summary>
internal static class ControllerRevisionKind
{
    public static ServedKind Served { get; } = new(BuiltInKinds.Of<ControllerRevision>(), new ControllerRevisionStrategy(), new ControllerRevisionTable());
}
