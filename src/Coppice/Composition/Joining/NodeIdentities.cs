using Coppice.ApiServer.Requests;
using Coppice.Client;
using Coppice.Node.LocalVolumes;
using Coppice.Objects.Authentication;

namespace Coppice.Composition.Joining;

/// <summary>As whom the components of a node come to the API.</summary>
internal static class NodeIdentities
{
    /// <summary>The network's name, which Kubernetes calls the kube-proxy: the same on every node.</summary>
    public static readonly UserInfo Proxy = Users.Of("system:kube-proxy", Users.Authenticated);

    /// <summary>Likewise of who makes volumes.</summary>
    public static readonly UserInfo VolumeMaker = Users.Controller(LocalProvisioner.Account);

    /// <summary>The name of a node's agent.</summary>
    public static string AgentOf(string node) => $"system:node:{node}";

    /// <summary>The groups that a certificate names: that its owner is known needs no word.</summary>
    public static IReadOnlyList<string> GroupsOf(UserInfo user) => [.. user.Groups.Where(group => group != Users.Authenticated)];
}
