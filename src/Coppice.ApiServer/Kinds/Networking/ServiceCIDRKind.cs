using Coppice.Objects;
using Coppice.Objects.Networking;

namespace Coppice.ApiServer.Kinds.Networking;

/// <summary>A range of addresses for services.</summary>
internal static class ServiceCIDRKind
{
    private static readonly Kind Kind = BuiltInKinds.Of<ServiceCIDR>();

    public static ServedKind Served { get; } = new(Kind, new ServiceCIDRStrategy(), new ServiceCIDRTable())
    {
        Subresources = [Subresource.Status(Kind)],
    };
}
