using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Kinds.Core;

/// <summary>The addresses of a service, in the older form.</summary>
internal static class EndpointsKind
{
    public static ServedKind Served { get; } = new(BuiltInKinds.Of<Endpoints>(), new EndpointsStrategy(), new EndpointsTable())
    {
        IsMadeByUpdate = true,
    };
}
