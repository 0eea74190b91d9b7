using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Kinds.Core;

/// <summary>The machines that run pods.</summary>
internal static class NodeKind
{
    private static readonly Kind Kind = BuiltInKinds.Of<Node>();

    public static ServedKind Served { get; } = new(Kind, new NodeStrategy(), new NodeTable())
    {
        Fields = FieldLabels.Of<Node>(("spec.unschedulable", node => node.Spec.Unschedulable ? "true" : "false")),
        Subresources = [Subresource.Proxy(Kind), Subresource.Status(Kind)],
    };
}
