using Coppice.Objects;
using Coppice.Objects.Networking;

namespace Coppice.ApiServer.Kinds.Networking;

/// <summary>Which pods may talk to whom.</summary>
internal static class NetworkPolicyKind
{
    public static ServedKind Served { get; } = new(BuiltInKinds.Of<NetworkPolicy>(), new NetworkPolicyStrategy(), new NetworkPolicyTable());
}
