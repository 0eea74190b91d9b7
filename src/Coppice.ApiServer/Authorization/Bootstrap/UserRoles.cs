using Coppice.Objects.Rbac;
using static Coppice.ApiServer.Authorization.Bootstrap.RoleText;

namespace Coppice.ApiServer.Authorization.Bootstrap;

/// <summary>The ClusterRoles that people and their programs are given: Kubernetes' own.</summary>
internal static class UserRoles
{
    private const string OpenPaths = "/healthz /livez /readyz /version /version/";

    public static readonly ClusterRole[] All =
    [
        Cluster("cluster-admin", Allow("*", "*", "*"), AllowPaths("*", "*")),
        Cluster("system:discovery", AllowPaths("get", $"{OpenPaths} /api /api/* /apis /apis/* /openapi /openapi/*")),
        Cluster("system:public-info-viewer", AllowPaths("get", OpenPaths)),
        Cluster(
            "system:monitoring",
            AllowPaths("get", "/healthz /healthz/* /livez /livez/* /metrics /metrics/slis /readyz /readyz/*"),
            AllowPaths("get", "/flagz"),
            AllowPaths("get", "/statusz")),
        Cluster(
            "system:basic-user",
            Allow("create", "authorization.k8s.io", "selfsubjectaccessreviews selfsubjectrulesreviews"),
            Allow("create", "authentication.k8s.io", "selfsubjectreviews")),
        Cluster(
            "system:auth-delegator",
            Allow("create", "authentication.k8s.io", "tokenreviews"),
            Allow("create", "authorization.k8s.io", "subjectaccessreviews")),
        Cluster(
            "system:service-account-issuer-discovery",
            AllowPaths("get", "/.well-known/openid-configuration /.well-known/openid-configuration/ /openid/v1/jwks /openid/v1/jwks/")),

        // Who owns a namespace, who works in it and who looks at it. Others may add to them by labels.
        Whole("admin"),
        Whole("edit").AddedTo("admin"),
        Whole("view").AddedTo("edit"),
        Cluster(
            "system:aggregate-to-admin",
            Allow("create", "authorization.k8s.io", "localsubjectaccessreviews"),
            Allow(ReadWrite, "rbac.authorization.k8s.io", "rolebindings roles")).AddedTo("admin"),
        Cluster(
            "system:aggregate-to-edit",
            Allow(Read, Core, "pods/attach pods/exec pods/portforward pods/proxy secrets services/proxy"),
            Allow("impersonate", Core, "serviceaccounts"),
            Allow(Write, Core, "pods pods/attach pods/exec pods/portforward pods/proxy"),
            Allow("create", Core, "pods/eviction"),
            Allow(
                Write,
                Core,
                "configmaps events persistentvolumeclaims replicationcontrollers replicationcontrollers/scale secrets serviceaccounts services services/proxy"),
            Allow("create", Core, "serviceaccounts/token"),
            Allow(
                Write,
                "apps",
                "daemonsets deployments deployments/rollback deployments/scale replicasets replicasets/scale statefulsets statefulsets/scale"),
            Allow(Write, "autoscaling", "horizontalpodautoscalers"),
            Allow(Write, "batch", "cronjobs jobs"),
            Allow(
                Write,
                "extensions",
                "daemonsets deployments deployments/rollback deployments/scale ingresses networkpolicies replicasets replicasets/scale replicationcontrollers/scale"),
            Allow(Write, "policy", "poddisruptionbudgets"),
            Allow(Write, "networking.k8s.io", "ingresses networkpolicies"),
            Allow(ReadWrite, "coordination.k8s.io", "leases"),
            Allow(Write, "resource.k8s.io", "resourceclaims resourceclaimtemplates")).AddedTo("edit"),
        Cluster(
            "system:aggregate-to-view",
            Allow(
                Read,
                Core,
                "configmaps endpoints persistentvolumeclaims persistentvolumeclaims/status pods replicationcontrollers replicationcontrollers/scale serviceaccounts services services/status"),
            Allow(
                Read,
                Core,
                "bindings events limitranges namespaces/status pods/log pods/status replicationcontrollers/status resourcequotas resourcequotas/status"),
            Allow(Read, Core, "namespaces"),
            Allow(Read, "discovery.k8s.io", "endpointslices"),
            Allow(
                Read,
                "apps",
                "controllerrevisions daemonsets daemonsets/status deployments deployments/scale deployments/status replicasets replicasets/scale replicasets/status statefulsets statefulsets/scale statefulsets/status"),
            Allow(Read, "autoscaling", "horizontalpodautoscalers horizontalpodautoscalers/status"),
            Allow(Read, "batch", "cronjobs cronjobs/status jobs jobs/status"),
            Allow(
                Read,
                "extensions",
                "daemonsets daemonsets/status deployments deployments/scale deployments/status ingresses ingresses/status networkpolicies replicasets replicasets/scale replicasets/status replicationcontrollers/scale"),
            Allow(Read, "policy", "poddisruptionbudgets poddisruptionbudgets/status"),
            Allow(Read, "networking.k8s.io", "ingresses ingresses/status networkpolicies"),
            Allow(Read, "resource.k8s.io", "resourceclaims resourceclaims/status resourceclaimtemplates")).AddedTo("view"),
    ];
}
