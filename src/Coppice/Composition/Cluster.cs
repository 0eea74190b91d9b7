using System.Net;
using Coppice.ApiServer;
using Coppice.ApiServer.Authentication;
using Coppice.ApiServer.Authorization.Bootstrap;
using Coppice.ApiServer.Flowcontrol;
using Coppice.ApiServer.Http;
using Coppice.ApiServer.InProcess;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Kinds.Metrics;
using Coppice.ApiServer.Usage;
using Coppice.Client;
using Coppice.Configuration;
using Coppice.Network;
using Coppice.Network.PodNetwork;
using Coppice.Node.Runtime.Containerd;
using Coppice.Objects.Authentication;
using Coppice.Store.Sqlite;
using Microsoft.Extensions.Logging;

namespace Coppice.Composition;

/// <summary>
/// A whole cluster in this process: store, API, controllers, scheduler, node and network, each through the client and none through a
/// side entrance. Its start is the table of contents of what Coppice is.
/// </summary>
public sealed partial class Cluster : IAsyncDisposable
{
    private readonly ServerOptions _options;
    private readonly DataLayout _layout;
    private readonly ILoggerFactory _logs;
    private readonly ILogger _log;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<Task> _loops = [];
    private readonly List<IAsyncDisposable> _parts = [];

    private Cluster(ServerOptions options, ILoggerFactory logs)
    {
#pragma warning disable RS0030 // This is the composition root: here the real clock and real randomness come in.
        _time = TimeProvider.System;
        _random = Random.Shared;
#pragma warning restore RS0030
        _options = options;
        _layout = new DataLayout(options.DataDirectory);
        _logs = logs;
        _log = logs.CreateLogger("Coppice");
    }

    /// <summary>Completes when a part of the cluster ends by itself, which none should.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    /// <summary>Starts everything; when it returns, the API answers and the node is at work.</summary>
    /// <param name="progress">Told in words what is done now.</param>
    public static async Task<Cluster> StartAsync(ServerOptions options, ILoggerFactory logs, IProgress<string> progress, CancellationToken stop)
    {
        var cluster = new Cluster(options, logs);
        try
        {
            await cluster.StartAsync(progress, stop);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops all of ours. Containers, their supervisor and the service rules go on without us.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        try
        {
            await Task.WhenAll(_loops);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            LogStoppedBadly(e);
        }

        foreach (var part in Enumerable.Reverse(_parts))
        {
            await part.DisposeAsync();
        }

        _stopping.Dispose();
    }

    private async Task StartAsync(IProgress<string> progress, CancellationToken stop)
    {
        // 1. The store, and the keys beside it.
        progress.Report("opening the store");
        var store = await SqliteRevisionStore.OpenAsync(_layout.Store, new SqliteStoreOptions(), _time, _logs.CreateLogger("Coppice.Store"), stop);
        _parts.Add(store);
        var keys = new ClusterKeys(_layout, _time);

        // 2. The control plane: the API's verbs on the store, the controllers, the scheduler; and the API for everybody else over HTTPS.
        progress.Report($"serving the API on port {_options.Port}");
        var planeOptions = new ControlPlaneOptions(new(_options.Ranges.Services, _options.NodePorts), keys.Authority.CertificatePem) { Tokens = keys.Tokens, Authority = keys.Authority };
        var plane = new ControlPlane(store, planeOptions, ComponentOf, _time, _random, _logs);
        await plane.Api.Definitions.FollowAsync(stop);
        var nodeOptions = NodeHostOptions.Of(_options, _options.NodeAddress ?? NodeIp.Find());
        var node = new NodeHost(nodeOptions, _time, _logs);
        var door = await ServeAsync(plane, [new("node", true, node.Problem), new("store", true, () => null) { Remark = () => store.Trouble }], keys, node, nodeOptions, stop);

        var meter = new UsageMeter(
            plane.Caches.Of<Objects.Core.Node>(), plane.Caches.Of<Objects.Core.Pod>(), node.MeasureAsync, _time, _logs.CreateLogger("Coppice.Usage"));
        plane.Api.Kinds.Add(NodeMetricsKind.From(meter.Nodes), PodMetricsKind.From(meter.Pods));

        // 3. What a cluster has from the start.
        var ownApi = new InProcessClient(plane.Api, "system:apiserver");
        await ClusterBootstrap.EnsureNamespacesAsync(ownApi, stop);
        await ClusterBootstrap.EnsurePriorityClassesAsync(ownApi, stop);
        await BootstrapPolicy.EnsureAsync(ownApi, stop);
        await PublishedAuthentication.WriteAsync(ownApi, keys, stop);
        await FlowDefaults.EnsureAsync(ownApi, stop);
        await ClusterBootstrap.EnsureServiceRangeAsync(ownApi, _options.Ranges.Services, _time, stop);
        var builtIns = new BuiltInServices(ownApi, nodeOptions.Address, _log);
        await builtIns.AddApiAsync(_options.Ranges.ApiAddress, _options.Port, stop);

        // 4. The service network of the node: its rules, its DNS, the pods' network.
        var network = await ServiceNetwork.StartAsync(
            NetworkOptionsOf(nodeOptions) with { DnsPortBefore = await builtIns.DnsPortBeforeAsync(stop) },
            nodeOptions.Address,
            door.Network.Caches,
            Recorder(door.Network.Api, "kube-proxy"),
            _time,
            _logs);
        _parts.Add(network);
        await builtIns.AddDnsAsync(_options.Ranges.DnsAddress, network.DnsPort, stop);

        // 5. All of it works, and the node takes up its pods.
        progress.Report("starting controllers, scheduler and the container runtime");
        Run([network.RunAsync, meter.RunAsync, .. plane.Loops, .. door.Loops, builtIns.WokenBy(plane.Caches, _time, _log).RunAsync]);
        Run([await node.StartAsync(door.Agent.Api, Recorder(door.Agent.Api, "kubelet"), door.Agent.Caches, stop), IdleMemory.OfThisProcess(_time, _log).RunAsync]);
        Completion = Task.WhenAny(_loops);
    }

    /// <summary>The API and the node's own endpoint, on two ports of one web server.</summary>
    /// <returns>The node's way to the API.</returns>
    private async Task<NodeDoor> ServeAsync(
        ControlPlane plane, IReadOnlyList<HealthCheck> health, ClusterKeys keys, NodeHost node, NodeHostOptions nodeOptions, CancellationToken stop)
    {
        var pipeline = new RequestPipeline(
            plane.Api,
            new PipelineParts(keys.Authority, keys.Tokens, node.Find, health, $"{nodeOptions.Address}:{_options.Port}")
            {
                AgentClient = keys.IssueAgentClient(),
                StaticTokens = _options.TokenAuthFile is { } file ? TokenFile.Parse(await File.ReadAllTextAsync(file, stop), file) : new Dictionary<string, UserInfo>(),
                FrontProxy = keys.IssueFrontProxy(),
            },
            _time,
            _random,
            _logs.CreateLogger("Coppice.ApiServer"));
        var door = _options.NodeOverHttps
            ? NodeDoor.OverHttps(nodeOptions.Name, keys, _options.Port, _time, _logs)
            : NodeDoor.InProcess(nodeOptions.Name, plane, pipeline.Access);
        _parts.Add(door);
        Run(pipeline.ApiServices(new InProcessClient(plane.Api, "system:kube-aggregator"), plane.Caches));
        var certificate = keys.IssueServer(nodeOptions.Address, _options.Ranges.ApiAddress, _options.ClusterDomain);
        _parts.Add(await ApiServerHost.StartAsync(
            pipeline,
            new HttpsPort(_options.Port, certificate),
            new HttpsService(
                new HttpsPort(_options.KubeletPort, keys.IssueNode(nodeOptions.Name, nodeOptions.Address)), node.Endpoint(door.Access).HandleAsync),
            _time,
            _logs,
            stop));
        if (!keys.WriteKubeconfig(_options.Port))
        {
            LogKubeconfigStays(_layout.AdminKubeconfig);
        }

        return door;
    }

    /// <summary>
    /// Each component has the rights of its usual role and no more. Only the controllers share one client, which has the rights of all of
    /// them together.
    /// </summary>
    private static InProcessClient ComponentOf(ApiVerbs verbs, string component) => component switch
    {
        ControlPlane.Watching => new(verbs, Users.Of(ControlPlane.ControllerManager, Users.Authenticated)),
        ControlPlane.Scheduler => new(verbs, Users.Of(component, Users.Authenticated)),
        _ => new(verbs, component),
    };

    private NetworkOptions NetworkOptionsOf(NodeHostOptions node) => new()
    {
        NodeName = node.Name,
        CniConfigurationDirectory = new ContainerdLayout(node.Runtime).CniConfigurationDirectory,
        CniDataDirectory = node.Layout.PodNetwork,
        Instance = node.Instance,
        Ranges = _options.Ranges,
        ClusterDomain = _options.ClusterDomain,
    };

    private EventRecorder Recorder(IApiClient api, string component)
    {
        var recorder = new EventRecorder(api, component, _options.NodeName, _time, _random, _logs.CreateLogger("Coppice.Events"));
        Run(recorder.RunAsync);
        return recorder;
    }

    private void Run(Func<CancellationToken, Task> loop) => _loops.Add(loop(_stopping.Token));

    private void Run(IEnumerable<Func<CancellationToken, Task>> loops) => _loops.AddRange(loops.Select(loop => loop(_stopping.Token)));

    [LoggerMessage(1001, LogLevel.Warning, "{File} could not be written; the one of an earlier start stays")]
    private partial void LogKubeconfigStays(string file);

    [LoggerMessage(1002, LogLevel.Error, "A part of the cluster did not stop cleanly")]
    private partial void LogStoppedBadly(Exception e);
}
