using Coppice.Objects;
using Coppice.Objects.Discovery;

namespace Coppice.ApiServer.Kinds.Discovery;

/// <summary>A part of the addresses of a service.</summary>
internal static class EndpointSliceKind
{
    public static ServedKind Served { get; } = new(BuiltInKinds.Of<EndpointSlice>(), new EndpointSliceStrategy(), new EndpointSliceTable());
}
