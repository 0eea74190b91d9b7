using Coppice.Objects;
using Coppice.Objects.Rbac;
using static Coppice.ApiServer.Authorization.Bootstrap.RoleText;

namespace Coppice.ApiServer.Authorization.Bootstrap;

/// <summary>The ClusterRoles of a cluster's components, but for the controllers, each of which has its own: Kubernetes' own.</summary>
internal static class ComponentRoles
{
    private const string Certificates = "certificates.k8s.io";

    /// <summary>What all nodes may do alike; the node authorizer says what each may do with what is bound to it.</summary>
    public static readonly ValueList<PolicyRule> NodeRules =
    [
        Allow("create", "authentication.k8s.io", "tokenreviews"),
        Allow("create", "authorization.k8s.io", "localsubjectaccessreviews subjectaccessreviews"),
        Allow(Read, Core, "services"),
        Allow("create get list watch", Core, "nodes"),
        Allow("patch update", Core, "nodes/status"),
        Allow("patch update", Core, "nodes"),
        Allow("create patch update", Core, "events"),
        Allow(Read, Core, "pods"),
        Allow("create delete", Core, "pods"),
        Allow("patch update", Core, "pods/status"),
        Allow("create", Core, "pods/eviction"),
        Allow(Read, Core, "configmaps secrets"),
        Allow("get", Core, "persistentvolumeclaims persistentvolumes"),
        Allow("get", Core, "endpoints"),
        Allow("create get list watch", Certificates, "certificatesigningrequests"),
        Allow("create delete get patch update", "coordination.k8s.io", "leases"),
        Allow("get", "storage.k8s.io", "volumeattachments"),
        Allow("create", Core, "serviceaccounts/token"),
        Allow("get patch update", Core, "persistentvolumeclaims/status"),
        Allow(Read, "storage.k8s.io", "csidrivers"),
        Allow("create delete get patch update", "storage.k8s.io", "csinodes"),
        Allow(Read, "node.k8s.io", "runtimeclasses"),
        Allow("get", "resource.k8s.io", "resourceclaims"),
        Allow("deletecollection", "resource.k8s.io", "resourceslices"),
        Allow("get", Core, "serviceaccounts"),
    ];

    public static readonly ClusterRole[] All =
    [
        new() { Metadata = Cluster("system:node").Metadata, Rules = NodeRules },
        Cluster(
            "system:node-proxier",
            Allow("list watch", Core, "endpoints services"),
            Allow(Read, Core, "nodes"),
            Events,
            Allow("list watch", "networking.k8s.io", "servicecidrs"),
            Allow("list watch", "discovery.k8s.io", "endpointslices")),
        Cluster("system:node-problem-detector", Allow("get", Core, "nodes"), Allow("patch", Core, "nodes/status"), Events),
        Cluster("system:node-bootstrapper", Allow("create get list watch", Certificates, "certificatesigningrequests")),
        Cluster(
            "system:kubelet-api-admin",
            Allow(Read, Core, "nodes"),
            Allow("proxy", Core, "nodes"),
            Allow("*", Core, "nodes/log nodes/metrics nodes/proxy nodes/stats"),
            Allow("*", Core, "nodes/configz nodes/healthz nodes/pods")),
        Cluster(
            "system:kube-controller-manager",
            Events,
            Allow("create", "coordination.k8s.io", "leases"),
            Allow("get update", "coordination.k8s.io", "leases", "kube-controller-manager"),
            Allow("create", Core, "secrets serviceaccounts"),
            Allow("delete", Core, "secrets"),
            Allow("get", Core, "configmaps namespaces secrets serviceaccounts"),
            Allow("update", Core, "secrets serviceaccounts"),
            Allow("create", "authentication.k8s.io", "tokenreviews"),
            Allow("create", "authorization.k8s.io", "subjectaccessreviews"),
            Allow("list watch", "*", "*"),
            Allow("create", Core, "serviceaccounts/token")),
        Cluster(
            "system:kube-scheduler",
            Events,
            Allow("create", "coordination.k8s.io", "leases"),
            Allow("get update", "coordination.k8s.io", "leases", "kube-scheduler"),
            Allow(Read, Core, "nodes"),
            Allow("delete get list watch", Core, "pods"),
            Allow("create", Core, "bindings pods/binding"),
            Allow("patch update", Core, "pods/status"),
            Allow(Read, Core, "replicationcontrollers services"),
            Allow(Read, "apps extensions", "replicasets"),
            Allow(Read, "apps", "statefulsets"),
            Allow(Read, "policy", "poddisruptionbudgets"),
            Allow(Read, Core, "persistentvolumeclaims persistentvolumes"),
            Allow("create", "authentication.k8s.io", "tokenreviews"),
            Allow("create", "authorization.k8s.io", "subjectaccessreviews"),
            Allow(Read, "storage.k8s.io", "csinodes"),
            Allow(Read, "storage.k8s.io", "volumeattachments"),
            Allow(Read, Core, "namespaces"),
            Allow(Read, "storage.k8s.io", "csidrivers"),
            Allow(Read, "storage.k8s.io", "csistoragecapacities"),
            Allow(Read, "resource.k8s.io", "deviceclasses"),
            Allow($"{Read} patch update", "resource.k8s.io", "resourceclaims"),
            Allow($"{Read} patch update", "resource.k8s.io", "resourceclaims/status"),
            Allow("patch update", "resource.k8s.io", "resourceclaims/binding"),
            Allow($"{Read} patch update", Core, "pods/finalizers"),
            Allow(Read, "resource.k8s.io", "resourceslices"),
            Allow("create delete", "resource.k8s.io", "resourceclaims")),
        Cluster(
            "system:volume-scheduler",
            Allow($"{Read} patch update", Core, "persistentvolumes"),
            Allow(Read, "storage.k8s.io", "storageclasses"),
            Allow($"{Read} patch update", Core, "persistentvolumeclaims")),
        Cluster(
            "system:persistent-volume-provisioner",
            Allow($"{Read} create delete", Core, "persistentvolumes"),
            Allow($"{Read} update", Core, "persistentvolumeclaims"),
            Allow(Read, "storage.k8s.io", "storageclasses"),
            Allow("watch", Core, "events"),
            Events),
        Cluster("system:kube-aggregator", Allow(Read, Core, "endpoints services")),

        // As every cluster has it that runs CoreDNS; our kube-proxy has it too, as it answers for DNS.
        Cluster(
            "system:coredns",
            Allow("list watch", Core, "endpoints namespaces pods services"),
            Allow("get", Core, "nodes"),
            Allow("list watch", "discovery.k8s.io", "endpointslices")),
        Cluster("system:kube-dns", Allow("list watch", Core, "endpoints services")),
        Cluster("system:heapster", Allow(Read, Core, "events namespaces nodes pods"), Allow(Read, "extensions", "deployments")),
        Cluster(
            "system:certificates.k8s.io:certificatesigningrequests:nodeclient",
            Allow("create", Certificates, "certificatesigningrequests/nodeclient")),
        Cluster(
            "system:certificates.k8s.io:certificatesigningrequests:selfnodeclient",
            Allow("create", Certificates, "certificatesigningrequests/selfnodeclient")),
        Approver("legacy-unknown"),
        Approver("kubelet-serving"),
        Approver("kube-apiserver-client"),
        Approver("kube-apiserver-client-kubelet"),
    ];

    private static ClusterRole Approver(string signer) => Cluster(
        $"system:certificates.k8s.io:{signer}-approver", Allow("approve", Certificates, "signers", $"kubernetes.io/{signer}"));
}
