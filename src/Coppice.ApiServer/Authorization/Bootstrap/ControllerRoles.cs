using Coppice.Objects.Rbac;
using static Coppice.ApiServer.Authorization.Bootstrap.RoleText;

namespace Coppice.ApiServer.Authorization.Bootstrap;

/// <summary>A ClusterRole for each controller, which its service account in kube-system is given: Kubernetes' own.</summary>
internal static class ControllerRoles
{
    public const string Prefix = "system:controller:";

    private const string Storage = "storage.k8s.io";
    private const string Networking = "networking.k8s.io";
    private const string Certificates = "certificates.k8s.io";

    public static readonly ClusterRole[] All =
    [
        Of(
            "attachdetach-controller",
            Allow("list watch", Core, "persistentvolumeclaims persistentvolumes"), Allow(Read, Core, "nodes"), Allow("patch update", Core, "nodes/status"),
            Allow("list watch", Core, "pods"), Events, Allow($"{Read} create delete", Storage, "volumeattachments"), Allow(Read, Storage, "csidrivers"),
            Allow(Read, Storage, "csinodes")),
        Of(
            "certificate-controller",
            Allow($"{Read} delete", Certificates, "certificatesigningrequests"),
            Allow("update", Certificates, "certificatesigningrequests/approval certificatesigningrequests/status"),
            Allow("approve", Certificates, "signers", "kubernetes.io/kube-apiserver-client-kubelet"),
            Allow(
                "sign",
                Certificates,
                "signers",
                "kubernetes.io/kube-apiserver-client kubernetes.io/kube-apiserver-client-kubelet kubernetes.io/kubelet-serving kubernetes.io/legacy-unknown"),
            Allow("create", "authorization.k8s.io", "subjectaccessreviews"), Events),
        Of("clusterrole-aggregation-controller", Allow($"{Read} escalate patch update", "rbac.authorization.k8s.io", "clusterroles")),
        Of(
            "cronjob-controller",
            Allow($"{Read} update", "batch", "cronjobs"), Allow($"{Read} create delete patch update", "batch", "jobs"),
            Allow("update", "batch", "cronjobs/status"), Allow("update", "batch", "cronjobs/finalizers"), Allow("delete list", Core, "pods"), Events),
        Of(
            "daemon-set-controller",
            Allow(Read, "apps extensions", "daemonsets"), Allow("update", "apps extensions", "daemonsets/status"),
            Allow("update", "apps extensions", "daemonsets/finalizers"), Allow("list watch", Core, "nodes"),
            Allow("create delete list patch watch", Core, "pods"), Allow("create", Core, "pods/binding"),
            Allow($"{Read} create delete patch update", "apps", "controllerrevisions"), Events),
        Of(
            "deployment-controller",
            Allow($"{Read} update", "apps extensions", "deployments"), Allow("update", "apps extensions", "deployments/status"),
            Allow("update", "apps extensions", "deployments/finalizers"), Allow($"{Read} create delete patch update", "apps extensions", "replicasets"),
            Allow($"{Read} update", Core, "pods"), Events),
        Of(
            "device-taint-eviction-controller",
            Allow($"{Read} delete", Core, "pods"), Allow("patch update", Core, "pods/status"),
            Allow(Read, "resource.k8s.io", "deviceclasses resourceclaims resourceslices"), Events),
        Of(
            "disruption-controller",
            Allow(Read, "apps extensions", "deployments"), Allow(Read, "apps extensions", "replicasets"), Allow(Read, Core, "replicationcontrollers"),
            Allow(Read, "policy", "poddisruptionbudgets"), Allow(Read, "apps", "statefulsets"), Allow("update", "policy", "poddisruptionbudgets/status"),
            Allow("patch update", Core, "pods/status"), Allow("get", "*", "*/scale"), Events),
        Of(
            "endpoint-controller",
            Allow(Read, Core, "pods services"), Allow("create delete get list update", Core, "endpoints"), Allow("create", Core, "endpoints/restricted"),
            Events),
        Of(
            "endpointslice-controller",
            Allow(Read, Core, "nodes pods services"), Allow("update", Core, "services/finalizers"),
            Allow("create delete get list update", "discovery.k8s.io", "endpointslices"), Events),
        Of(
            "endpointslicemirroring-controller",
            Allow(Read, Core, "endpoints services"), Allow("update", Core, "services/finalizers"), Allow("update", Core, "endpoints/finalizers"),
            Allow("create delete get list update", "discovery.k8s.io", "endpointslices"), Events),
        Of(
            "ephemeral-volume-controller",
            Allow(Read, Core, "pods"), Allow("update", Core, "pods/finalizers"), Allow($"{Read} create", Core, "persistentvolumeclaims"), Events),
        Of(
            "expand-controller",
            Allow($"{Read} patch update", Core, "persistentvolumes"), Allow("patch update", Core, "persistentvolumeclaims/status"),
            Allow(Read, Core, "persistentvolumeclaims"), Allow(Read, Storage, "storageclasses"), Allow("get", Core, "endpoints services"),
            Allow("get", Core, "secrets"), Events),
        Of("generic-garbage-collector", Allow($"{Read} delete patch update", "*", "*"), Events),
        Of(
            "horizontal-pod-autoscaler",
            Allow(Read, "autoscaling", "horizontalpodautoscalers"), Allow("update", "autoscaling", "horizontalpodautoscalers/status"),
            Allow("get update", "*", "*/scale"), Allow("list", Core, "pods"), Allow("list", "metrics.k8s.io", "pods"),
            Allow("get list", "custom.metrics.k8s.io", "*"), Allow("get list", "external.metrics.k8s.io", "*"), Events),
        Of(
            "job-controller",
            Allow($"{Read} patch update", "batch", "jobs"), Allow("update", "batch", "jobs/status"), Allow("update", "batch", "jobs/finalizers"),
            Allow("create delete list patch watch", Core, "pods"), Events),
        Of(
            "legacy-service-account-token-cleaner",
            Allow("get", Core, "configmaps", "kube-apiserver-legacy-service-account-token-tracking"), Allow("delete patch", Core, "secrets")),
        Of(
            "namespace-controller",
            Allow($"{Read} delete", Core, "namespaces"), Allow("update", Core, "namespaces/finalize namespaces/status"),
            Allow("delete deletecollection get list", "*", "*")),
        Of(
            "node-controller",
            Allow("delete get list patch update", Core, "nodes"), Allow("patch update", Core, "nodes/status"), Allow("patch update", Core, "pods/status"),
            Allow("delete get list", Core, "pods"), Events),
        Of(
            "persistent-volume-binder",
            Allow($"{Read} create delete update", Core, "persistentvolumes"), Allow("update", Core, "persistentvolumes/status"),
            Allow($"{Read} update", Core, "persistentvolumeclaims"), Allow("update", Core, "persistentvolumeclaims/status"),
            Allow($"{Read} create delete", Core, "pods"), Allow(Read, Storage, "storageclasses"), Allow("create delete get update", Core, "endpoints"),
            Allow("create delete get", Core, "services"), Allow("get", Core, "secrets"), Allow("get list", Core, "nodes"),
            Allow("watch", Core, "events"), Events),
        Of(
            "pod-garbage-collector",
            Allow("delete list watch", Core, "pods"), Allow("get list", Core, "nodes"), Allow("patch", Core, "pods/status")),
        Of("pv-protection-controller", Allow($"{Read} update", Core, "persistentvolumes"), Events),
        Of("pvc-protection-controller", Allow($"{Read} update", Core, "persistentvolumeclaims"), Allow(Read, Core, "pods"), Events),
        Of(
            "replicaset-controller",
            Allow($"{Read} update", "apps extensions", "replicasets"), Allow("update", "apps extensions", "replicasets/status"),
            Allow("update", "apps extensions", "replicasets/finalizers"), Allow("create delete list patch watch", Core, "pods"), Events),
        Of(
            "replication-controller",
            Allow($"{Read} update", Core, "replicationcontrollers"), Allow("update", Core, "replicationcontrollers/status"),
            Allow("update", Core, "replicationcontrollers/finalizers"), Allow("create delete list patch watch", Core, "pods"), Events),
        Of(
            "resource-claim-controller",
            Allow(Read, Core, "pods"), Allow("update", Core, "pods/finalizers"), Allow($"{Read} create delete", "resource.k8s.io", "resourceclaims"),
            Allow("patch update", "resource.k8s.io", "resourceclaims resourceclaims/binding resourceclaims/status"), Allow("patch update", Core, "pods/status"), Events),
        Of("resourcequota-controller", Allow("list watch", "*", "*"), Allow("update", Core, "resourcequotas/status"), Events),
        Of("root-ca-cert-publisher", Allow("create update", Core, "configmaps"), Events),
        Of("route-controller", Allow("list watch", Core, "nodes"), Allow("patch", Core, "nodes/status"), Events),
        Of(
            "selinux-warning-controller",
            Allow(Read, Core, "persistentvolumeclaims persistentvolumes pods"), Allow(Read, Storage, "csidrivers"), Events),
        Of("service-account-controller", Allow("create", Core, "serviceaccounts"), Events),
        Of(
            "service-cidrs-controller",
            Allow($"{Read} patch update", Networking, "servicecidrs"), Allow("patch update", Networking, "servicecidrs/finalizers"),
            Allow("patch update", Networking, "servicecidrs/status"), Allow(Read, Networking, "ipaddresses"), Events),
        Of("service-controller", Allow(Read, Core, "services"), Allow("patch update", Core, "services/status"), Allow("list watch", Core, "nodes"), Events),
        Of(
            "statefulset-controller",
            Allow("list watch", Core, "pods"), Allow(Read, "apps", "statefulsets"), Allow("update", "apps", "statefulsets/status"),
            Allow("update", "apps", "statefulsets/finalizers"), Allow("create delete get patch update", Core, "pods"),
            Allow($"{Read} create delete patch update", "apps", "controllerrevisions"), Allow("create get", Core, "persistentvolumeclaims"), Events,
            Allow("delete update", Core, "persistentvolumeclaims")),
        Of("ttl-after-finished-controller", Allow($"{Read} delete", "batch", "jobs"), Events),
        Of("ttl-controller", Allow("list patch update watch", Core, "nodes"), Events),
        Of(
            "validatingadmissionpolicy-status-controller",
            Allow(Read, "admissionregistration.k8s.io", "validatingadmissionpolicies"),
            Allow("get patch update", "admissionregistration.k8s.io", "validatingadmissionpolicies/status"), Events),
        Of(
            "volumeattributesclass-protection-controller",
            Allow(Read, Core, "persistentvolumeclaims"), Allow(Read, Core, "persistentvolumes"), Allow($"{Read} update", Storage, "volumeattributesclasses"),
            Events),
    ];

    public static readonly ClusterRoleBinding[] Bindings = [.. All.Select(role => Bind(role.Metadata.Name!, Account(role.Metadata.Name![Prefix.Length..])))];

    private static ClusterRole Of(string controller, params PolicyRule[] rules) => Cluster(Prefix + controller, rules);
}
