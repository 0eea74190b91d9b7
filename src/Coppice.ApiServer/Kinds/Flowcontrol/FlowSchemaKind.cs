using Coppice.Objects;
using Coppice.Objects.Flowcontrol;

namespace Coppice.ApiServer.Kinds.Flowcontrol;

/// <summary>Which requests belong together.</summary>
internal static class FlowSchemaKind
{
    private static readonly Kind Kind = BuiltInKinds.Of<FlowSchema>();

    public static ServedKind Served { get; } = new(Kind, new FlowSchemaStrategy(), new FlowSchemaTable())
    {
        Subresources = [Subresource.Status(Kind)],
    };
}
