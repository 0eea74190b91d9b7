using Coppice.Objects.Apps;
using Coppice.Objects.Coordination;
using Coppice.Objects.Core;
using Coppice.Objects.Discovery;

namespace Coppice.Objects;

/// <summary>Every kind that the API serves as a resource of its own, in the order of discovery. To add a kind, add a line.</summary>
public static class BuiltInKinds
{
    public static readonly IReadOnlyList<Kind> All =
    [
        Define<ConfigMap>("", "configmaps", shortNames: "cm"),
        Define<Endpoints>("", "endpoints", singular: "endpoints", shortNames: "ep") with { Deprecated = "in v1.33+; use discovery.k8s.io/v1 EndpointSlice" },
        Define<Event>("", "events", shortNames: "ev"),
        Define<Namespace>("", "namespaces", namespaced: false, shortNames: "ns", subresources: Subresources.Status | Subresources.Finalize),
        Define<Node>("", "nodes", namespaced: false, shortNames: "no", subresources: Subresources.Status | Subresources.Proxy),
        Define<PersistentVolumeClaim>("", "persistentvolumeclaims", shortNames: "pvc", subresources: Subresources.Status),
        Define<Pod>("", "pods", shortNames: "po", categories: "all", subresources: Subresources.Status | Subresources.Pod | Subresources.Proxy),
        Define<ReplicationController>("", "replicationcontrollers", shortNames: "rc", categories: "all", subresources: Subresources.Status | Subresources.Scale),
        Define<Secret>("", "secrets"),
        Define<ServiceAccount>("", "serviceaccounts", shortNames: "sa", subresources: Subresources.Token),
        Define<Service>("", "services", shortNames: "svc", categories: "all", subresources: Subresources.Status | Subresources.Proxy),
        Define<ControllerRevision>("apps", "controllerrevisions"),
        Define<DaemonSet>("apps", "daemonsets", shortNames: "ds", categories: "all", subresources: Subresources.Status),
        Define<Deployment>("apps", "deployments", shortNames: "deploy", categories: "all", subresources: Subresources.Status | Subresources.Scale),
        Define<ReplicaSet>("apps", "replicasets", shortNames: "rs", categories: "all", subresources: Subresources.Status | Subresources.Scale),
        Define<Events.Event>("events.k8s.io", "events", shortNames: "ev"),
        Define<Lease>("coordination.k8s.io", "leases"),
        Define<EndpointSlice>("discovery.k8s.io", "endpointslices"),
    ];

    private static readonly Dictionary<Type, Kind> ByType = All.ToDictionary(d => d.Type);

    private static readonly Dictionary<(string Group, string Resource), Kind> ByResource = All.ToDictionary(d => (d.Group, d.Resource));

    private static readonly Dictionary<(string ApiVersion, string Kind), Kind> ByKind = All.ToDictionary(d => (d.ApiVersion, d.Name));

    public static Kind Of<T>() where T : KubernetesObject => ByType[typeof(T)];

    public static Kind Of(KubernetesObject item) => ByType[item.GetType()];

    public static Kind? Find(string group, string resource) => ByResource.GetValueOrDefault((group, resource));

    public static Kind? FindKind(string apiVersion, string kind) => ByKind.GetValueOrDefault((apiVersion, kind));

    private static Kind Define<T>(
        string group,
        string resource,
        bool namespaced = true,
        string? singular = null,
        string? shortNames = null,
        string? categories = null,
        Subresources subresources = Subresources.None)
        where T : KubernetesObject =>
        new(group, "v1", resource, typeof(T).Name, singular ?? typeof(T).Name.ToLowerInvariant(), namespaced, typeof(T), subresources)
        {
            ShortNames = shortNames?.Split(',') ?? [],
            Categories = categories?.Split(',') ?? [],
        };
}
