using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Coordination;
using Coppice.Objects.Core;
using Coppice.Objects.Discovery;

namespace Coppice.Simulation.World;

/// <summary>What the server's caches hold, for those who check the world or do something to it.</summary>
internal sealed class ServerView(CacheSet caches)
{
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

    public ObjectCache<Deployment> Deployments { get; } = caches.Of<Deployment>();

    public ObjectCache<ReplicaSet> ReplicaSets { get; } = caches.Of<ReplicaSet>();

    public ObjectCache<Lease> Leases { get; } = caches.Of<Lease>();

    public ObjectCache<EndpointSlice> EndpointSlices { get; } = caches.Of<EndpointSlice>();

    public ObjectCache<Endpoints> Endpoints { get; } = caches.Of<Endpoints>();

    /// <summary>The pods of a namespace that carry all of these labels.</summary>
    public IReadOnlyList<Pod> PodsWith(string? ns, ValueMap<string> labels)
    {
        var query = LabelQuery.Of(labels);
        return [.. _podsByNamespace.Find(ns ?? "").Where(p => query.Matches(p.Metadata.Labels))];
    }
}
