using Coppice.ApiServer.Authentication;
using Coppice.ApiServer.Requests;
using Coppice.Client;
using Coppice.Objects.Rbac;
using Coppice.Streaming.Tunnels;
using static Coppice.ApiServer.Authorization.Bootstrap.RoleText;

namespace Coppice.ApiServer.Authorization.Bootstrap;

/// <summary>The ClusterRoles of what other clusters have no component for, and who has them.</summary>
internal static class OwnRoles
{
    // Elsewhere the store itself forgets events that are old.
    private const string EventExpiry = "coppice-event-expiry";

    // Elsewhere the API server writes down each address that it gives out.
    private const string ServiceAddresses = "coppice-service-addresses";

    // Elsewhere provisioners are brought along by whoever sets up a cluster.
    private const string LocalVolumes = "coppice-local-volumes";

    // Elsewhere policies are enforced by whoever brings the network along.
    private const string Policies = "coppice-network-policies";

    // Elsewhere the program that sets up a cluster writes the roles of machines that join.
    private const string Joining = "coppice-joining";

    // Elsewhere agents behind address translation are reached by a program of its own.
    private const string Tunnels = "coppice-tunnels";

    private const string Requests = "system:certificates.k8s.io:certificatesigningrequests";

    public static readonly ClusterRole[] All =
    [
        Cluster(Joining, Allow("get list", Core, "nodes")),
        Cluster(EventExpiry, Allow($"{Read} delete", Core, "events")),
        Cluster(
            LocalVolumes,
            Allow($"{Read} create delete update", Core, "persistentvolumes"), Allow($"{Read} update", Core, "persistentvolumeclaims"),
            Allow("update", Core, "persistentvolumeclaims/status"),
            Allow(Read, "storage.k8s.io", "storageclasses"), Events),
        Cluster(Policies, Allow("list watch", Core, "namespaces pods"), Allow("list watch", "networking.k8s.io", "networkpolicies")),
        Cluster(ServiceAddresses, Allow(Read, Core, "services"), Allow($"{Read} create delete", "networking.k8s.io", "ipaddresses")),
        Cluster(Tunnels, AllowPaths("get", $"{TunnelProtocol.Path} {TunnelProtocol.Path}/*")),
    ];

    public static readonly ClusterRoleBinding[] Bindings =
    [
        Bind(EventExpiry, Account(EventExpiry)),
        Bind(LocalVolumes, Account(LocalVolumes)),
        Bind(Policies, User("system:kube-proxy")),
        Bind(ServiceAddresses, Account(ServiceAddresses)),
        Bind(Tunnels, Group(Users.Nodes)),
        Bind(Joining, Group(BootstrapTokens.Bootstrappers)),
        Bind("system:node-bootstrapper", Group(BootstrapTokens.Bootstrappers)),
        Bind($"{Requests}:nodeclient", Group(BootstrapTokens.Bootstrappers)),
        Bind($"{Requests}:selfnodeclient", Group(Users.Nodes)),
        Bind("system:certificates.k8s.io:kubelet-serving-approver", Account("certificate-controller")),
        Bind("system:certificates.k8s.io:kube-apiserver-client-approver", Account("certificate-controller")),
    ];
}
