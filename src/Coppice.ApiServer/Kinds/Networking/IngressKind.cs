using Coppice.Objects;
using Coppice.Objects.Networking;

namespace Coppice.ApiServer.Kinds.Networking;

/// <summary>How HTTP requests from outside reach services.</summary>
internal static class IngressKind
{
    private static readonly Kind Kind = BuiltInKinds.Of<Ingress>();

    public static ServedKind Served { get; } = new(Kind, new IngressStrategy(), new IngressTable())
    {
        Subresources = [Subresource.Status(Kind)],
    };
}
