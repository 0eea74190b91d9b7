using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Batch;
using Coppice.Objects.Coordination;
using Coppice.Objects.Core;
using Coppice.Objects.Discovery;

namespace Coppice.Simulation.World;

/// <summary>What the server's caches hold, for those who check the world or do something to it.</summary>
internal sealed class ServerView(CacheSet caches)
{
    private static readonly Func<Pod, IEnumerable<string>> ByNode = pod => pod.Spec.NodeName is { Length: > 0 } node ? [node] : [];

    private static readonly Func<EndpointSlice, IEnumerable<string>> ByService =
        slice => slice.Metadata.Labels.Find("kubernetes.io/service-name") is { } service ? [$"{slice.Metadata.Namespace}/{service}"] : [];

    private static readonly Func<Pod, IEnumerable<string>> ByNamespace = pod => [pod.Metadata.Namespace ?? ""];

    private readonly CacheIndex<Pod> _podsByNamespace = caches.Of<Pod>().AddIndex(ByNamespace);

    public ObjectCache<ConfigMap> ConfigMaps { get; } = caches.Of<ConfigMap>();

    public ObjectCache<Namespace> Namespaces { get; } = caches.Of<Namespace>();

    public ObjectCache<Objects.Core.Node> Nodes { get; } = caches.Of<Objects.Core.Node>();

    public ObjectCache<Pod> Pods { get; } = caches.Of<Pod>();

    public ObjectCache<Service> Services { get; } = caches.Of<Service>();

    public ObjectCache<ReplicationController> ReplicationControllers { get; } = caches.Of<ReplicationController>();

    public ObjectCache<ControllerRevision> ControllerRevisions { get; } = caches.Of<ControllerRevision>();

    public ObjectCache<DaemonSet> DaemonSets { get; } = caches.Of<DaemonSet>();

    public ObjectCache<StatefulSet> StatefulSets { get; } = caches.Of<StatefulSet>();

    public ObjectCache<Deployment> Deployments { get; } = caches.Of<Deployment>();

    public ObjectCache<ReplicaSet> ReplicaSets { get; } = caches.Of<ReplicaSet>();

    public ObjectCache<CronJob> CronJobs { get; } = caches.Of<CronJob>();

    public ObjectCache<Lease> Leases { get; } = caches.Of<Lease>();

    public ObjectCache<EndpointSlice> EndpointSlices { get; } = caches.Of<EndpointSlice>();

    public ObjectCache<Endpoints> Endpoints { get; } = caches.Of<Endpoints>();

    public ObjectCache<ServiceAccount> ServiceAccounts { get; } = caches.Of<ServiceAccount>();

    public ObjectCache<Event> Events { get; } = caches.Of<Event>();

    /// <summary>Pods by the name of their node.</summary>
    public CacheIndex<Pod> PodsByNode { get; } = caches.Of<Pod>().AddIndex(ByNode);

    /// <summary>Slices by "namespace/service".</summary>
    public CacheIndex<EndpointSlice> SlicesByService { get; } = caches.Of<EndpointSlice>().AddIndex(ByService);

    /// <summary>The pods of a namespace that carry all of these labels.</summary>
    public IReadOnlyList<Pod> PodsWith(string? ns, ValueMap<string> labels)
    {
        var query = LabelQuery.Of(labels);
        return [.. _podsByNamespace.Find(ns ?? "").Where(p => query.Matches(p.Metadata.Labels))];
    }
}
