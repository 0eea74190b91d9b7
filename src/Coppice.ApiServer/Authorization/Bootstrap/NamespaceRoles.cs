using Coppice.ApiServer.Authentication;
using Coppice.ApiServer.Requests;
using Coppice.Client;
using Coppice.Objects.Rbac;
using static Coppice.ApiServer.Authorization.Bootstrap.RoleText;

namespace Coppice.ApiServer.Authorization.Bootstrap;

/// <summary>The Roles in namespaces of the cluster itself, and who has them: Kubernetes' own, and those by which machines join.</summary>
internal static class NamespaceRoles
{
    private const string System = "kube-system";
    private const string Public = "kube-public";
    private const string ControllerManager = "kube-controller-manager";
    private const string Scheduler = "kube-scheduler";
    private const string AuthenticationReader = "extension-apiserver-authentication-reader";
    private const string BootstrapSigner = "system:controller:bootstrap-signer";
    private const string CloudProvider = "system:controller:cloud-provider";
    private const string TokenCleaner = "system:controller:token-cleaner";
    private const string ClusterInfo = "coppice-cluster-info";
    private const string ClusterSettings = "coppice-cluster-settings";
    private const string Leading = "system::leader-locking-";

    public static readonly Role[] All =
    [
        In(System, AuthenticationReader, Allow(Read, Core, "configmaps", "extension-apiserver-authentication")),
        In(System, BootstrapSigner, Allow(Read, Core, "secrets")),
        In(System, CloudProvider, Allow($"{Read} create", Core, "configmaps")),
        In(System, TokenCleaner, Allow($"{Read} delete", Core, "secrets"), Events),
        In(
            System,
            Leading + ControllerManager,
            Allow("watch", Core, "configmaps"), Allow("get update", Core, "configmaps", ControllerManager),
            Allow($"{Read} create update", "coordination.k8s.io", "leases")),
        In(System, Leading + Scheduler, Allow("watch", Core, "configmaps"), Allow("get update", Core, "configmaps", Scheduler)),
        In(System, ClusterSettings, Allow("get", Core, "configmaps", "coppice-cluster")),
        In(Public, ClusterInfo, Allow("get", Core, "configmaps", "cluster-info")),
        In(Public, BootstrapSigner, Allow(Read, Core, "configmaps"), Allow("update", Core, "configmaps", "cluster-info"), Events),
    ];

    public static readonly RoleBinding[] Bindings =
    [
        BindIn(System, $"system::{AuthenticationReader}", AuthenticationReader, User($"system:{ControllerManager}"), User($"system:{Scheduler}")),
        BindIn(System, BootstrapSigner, BootstrapSigner, Account("bootstrap-signer")),
        BindIn(System, CloudProvider, CloudProvider, Account("cloud-provider")),
        BindIn(System, TokenCleaner, TokenCleaner, Account("token-cleaner")),
        BindIn(System, Leading + ControllerManager, Leading + ControllerManager, User($"system:{ControllerManager}"), Account(ControllerManager)),
        BindIn(System, Leading + Scheduler, Leading + Scheduler, User($"system:{Scheduler}"), Account(Scheduler)),
        BindIn(System, ClusterSettings, ClusterSettings, Group(BootstrapTokens.Bootstrappers), Group(Users.Nodes)),

        // Whoever has nothing yet but a token, and the hash in it, must know whom to believe.
        BindIn(Public, ClusterInfo, ClusterInfo, Group(Users.Unauthenticated), Group(Users.Authenticated)),
        BindIn(Public, BootstrapSigner, BootstrapSigner, Account("bootstrap-signer")),
    ];
}
