using Coppice.Objects.Apps;
using Coppice.Objects.Coordination;
using Coppice.Objects.Core;
using Coppice.Objects.Discovery;

namespace Coppice.Objects;

/// <summary>Every kind that the API serves as a resource of its own, in the order of discovery. To add a kind, add a line.</summary>
public static class KindCatalog
{
    public static readonly IReadOnlyList<ResourceDefinition> All =
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

    private static readonly Dictionary<Type, ResourceDefinition> ByType = All.ToDictionary(d => d.Type);

    private static readonly Dictionary<(string Group, string Resource), ResourceDefinition> ByResource = All.ToDictionary(d => (d.Group, d.Resource));

    private static readonly Dictionary<(string ApiVersion, string Kind), ResourceDefinition> ByKind = All.ToDictionary(d => (d.ApiVersion, d.Kind));

    public static ResourceDefinition Of<T>() where T : KubernetesObject => ByType[typeof(T)];

    public static ResourceDefinition Of(KubernetesObject item) => ByType[item.GetType()];

    public static ResourceDefinition? Find(string group, string resource) => ByResource.GetValueOrDefault((group, resource));

    public static ResourceDefinition? FindKind(string apiVersion, string kind) => ByKind.GetValueOrDefault((apiVersion, kind));

    private static ResourceDefinition Define<T>(
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

/// <summary>The further doors of a resource.</summary>
[Flags]
public enum Subresources
{
    None = 0,
    Status = 1,
    Scale = 2,

    /// <summary>Log, exec, attach, port-forward, binding, eviction, ephemeral containers.</summary>
    Pod = 4,

    /// <summary>The namespace controller's own way to let go of a namespace.</summary>
    Finalize = 8,

    /// <summary>Tokens of a service account.</summary>
    Token = 16,

    /// <summary>The way through the API server to what serves HTTP.</summary>
    Proxy = 32,
}

/// <summary>A kind as the API serves it: its group, names and type.</summary>
/// <param name="Group">Empty for the core group.</param>
/// <param name="Resource">The plural, as in a URL.</param>
/// <param name="Type">The record that holds it.</param>
public sealed record ResourceDefinition(
    string Group,
    string Version,
    string Resource,
    string Kind,
    string Singular,
    bool Namespaced,
    Type Type,
    Subresources Subresources)
{
    public IReadOnlyList<string> ShortNames { get; init; } = [];

    public IReadOnlyList<string> Categories { get; init; } = [];

    /// <summary>Since when there is something better and what, as in "in v1.33+; use discovery.k8s.io/v1 EndpointSlice"; else null.</summary>
    public string? Deprecated { get; init; }

    public string ApiVersion { get; } = Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>As in messages: "pods", "deployments.apps".</summary>
    public string QualifiedResource { get; } = Group.Length == 0 ? Resource : $"{Resource}.{Group}";

    public TypeSchema Schema => TypeSchema.Of(Type);

    public bool Has(Subresources subresource) => (Subresources & subresource) != 0;
}
