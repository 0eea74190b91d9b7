using Coppice.Objects;
using Coppice.Objects.Networking;

namespace Coppice.ApiServer.Kinds.Networking;

/// <summary>Who carries out ingresses.</summary>
internal static class IngressClassKind
{
    public static ServedKind Served { get; } = new(BuiltInKinds.Of<IngressClass>(), new IngressClassStrategy(), new IngressClassTable());
}
