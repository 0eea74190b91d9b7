using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Coordination;
using Coppice.Objects.Core;
using Coppice.Objects.Discovery;
using Microsoft.Extensions.Logging;

namespace Coppice.Controllers.Runtime;

/// <summary>
/// The one watched copy of every kind that all controllers share. Made in composition; run it after every subscriber is declared.
/// Events of events.k8s.io are left out: they are the core group's events by another name.
/// </summary>
public sealed class Caches
{
    private readonly Dictionary<(string Group, string Kind), WatchedKind> _byKind = [];
    private readonly CacheIndex<Pod> _podsByLabel;

    public Caches(IApiClient api, TimeProvider time, ILoggerFactory logs)
    {
        var log = logs.CreateLogger("Coppice.Caches");
        var all = new List<WatchedKind>();
        ConfigMaps = Add<ConfigMap>();
        Endpoints = Add<Objects.Core.Endpoints>();
        Events = Add<Event>();
        Namespaces = Add<Namespace>();
        Nodes = Add<Node>();
        Claims = Add<PersistentVolumeClaim>();
        Pods = Add<Pod>();
        ReplicationControllers = Add<ReplicationController>();
        Secrets = Add<Secret>();
        ServiceAccounts = Add<ServiceAccount>();
        Services = Add<Service>();
        ControllerRevisions = Add<ControllerRevision>();
        DaemonSets = Add<DaemonSet>();
        Deployments = Add<Deployment>();
        ReplicaSets = Add<ReplicaSet>();
        Leases = Add<Lease>();
        EndpointSlices = Add<EndpointSlice>();
        All = all;
        _podsByLabel = Pods.Cache.AddIndex(p => p.Metadata.Labels.Select(l => LabelName(p.Metadata.Namespace, l)));
        PodsByNode = Pods.Cache.AddIndex(p => p.Spec.NodeName is { Length: > 0 } node ? [node] : []);
        SlicesByService = EndpointSlices.Cache.AddIndex(
            s => s.Metadata.Labels.Find("kubernetes.io/service-name") is { } service ? [$"{s.Metadata.Namespace}/{service}"] : []);

        WatchedKind<T> Add<T>() where T : KubernetesObject
        {
            var kind = new WatchedKind<T>(api, time, log);
            all.Add(kind);
            _byKind.Add((kind.Kind.Group, kind.Kind.Name), kind);
            return kind;
        }
    }

    public WatchedKind<ConfigMap> ConfigMaps { get; }

    public WatchedKind<Objects.Core.Endpoints> Endpoints { get; }

    public WatchedKind<Event> Events { get; }

    public WatchedKind<Namespace> Namespaces { get; }

    public WatchedKind<Node> Nodes { get; }

    public WatchedKind<PersistentVolumeClaim> Claims { get; }

    public WatchedKind<Pod> Pods { get; }

    public WatchedKind<ReplicationController> ReplicationControllers { get; }

    public WatchedKind<Secret> Secrets { get; }

    public WatchedKind<ServiceAccount> ServiceAccounts { get; }

    public WatchedKind<Service> Services { get; }

    public WatchedKind<ControllerRevision> ControllerRevisions { get; }

    public WatchedKind<DaemonSet> DaemonSets { get; }

    public WatchedKind<Deployment> Deployments { get; }

    public WatchedKind<ReplicaSet> ReplicaSets { get; }

    public WatchedKind<Lease> Leases { get; }

    public WatchedKind<EndpointSlice> EndpointSlices { get; }

    /// <summary>Every kind there is, in the order of discovery.</summary>
    public IReadOnlyList<WatchedKind> All { get; }

    /// <summary>Pods by the name of their node.</summary>
    public CacheIndex<Pod> PodsByNode { get; }

    /// <summary>Slices by "namespace/service".</summary>
    public CacheIndex<EndpointSlice> SlicesByService { get; }

    public WatchedKind? Find(string group, string kind) => _byKind.GetValueOrDefault((group, kind));

    /// <summary>The pods of a namespace that carry all of these labels, which must not be none.</summary>
    public IReadOnlyList<Pod> PodsWith(string? ns, ValueMap<string> labels)
    {
        var query = LabelQuery.Of(labels);
        return [.. _podsByLabel.Find(LabelName(ns, labels.First())).Where(p => query.Matches(p.Metadata.Labels))];
    }

    /// <summary>Follows the API until stopped.</summary>
    public Task RunAsync(CancellationToken stop) => Task.WhenAll(All.Select(k => k.RunAsync(stop)));

    public async Task WaitUntilSyncedAsync()
    {
        foreach (var kind in All)
        {
            await kind.WaitUntilSyncedAsync();
        }
    }

    private static string LabelName(string? ns, KeyValuePair<string, string> label) => $"{ns}/{label.Key}={label.Value}";
}
