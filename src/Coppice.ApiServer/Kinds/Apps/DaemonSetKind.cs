using Coppice.Objects;
using Coppice.Objects.Apps;

namespace Coppice.ApiServer.Kinds.Apps;

/// <summary>A pod on every node.</summary>
internal static class DaemonSetKind
{
    private static readonly Kind Kind = BuiltInKinds.Of<DaemonSet>();

    public static ServedKind Served { get; } = new(Kind, new DaemonSetStrategy(), new DaemonSetTable())
    {
        Subresources = [Subresource.Status(Kind)],
    };
}
