using Coppice.Objects;
using Coppice.Objects.Node;

namespace Coppice.ApiServer.Kinds.Nodes;

/// <summary>Ways to run pods that runtimes offer.</summary>
internal static class RuntimeClassKind
{
    public static ServedKind Served { get; } = new(BuiltInKinds.Of<RuntimeClass>(), new RuntimeClassStrategy(), new RuntimeClassTable())
    {
        IsMadeByUpdate = true,
        NeedsVersion = true,
    };
}
