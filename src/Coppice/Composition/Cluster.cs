using System.Net;
using Coppice.ApiServer;
using Coppice.ApiServer.Http;
using Coppice.ApiServer.InProcess;
using Coppice.ApiServer.Services;
using Coppice.Client;
using Coppice.Configuration;
using Coppice.Controllers;
using Coppice.Kubelet;
using Coppice.Network.PodNetwork;
using Coppice.Objects.Core;
using Coppice.Scheduler;
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

        // 2. The API: verbs on the store, for this process at once and for everybody else over HTTPS.
        progress.Report($"serving the API on port {_options.Port}");
        var services = new ServiceAllocationOptions(_options.Ranges.Services, _options.NodePorts);
        var verbs = new ApiVerbs(store, services, keys.Tokens, _time, _random);
        var nodeAddress = _options.NodeAddress ?? NodeAddress.Find();
        var node = new NodeParts(_options, _layout, nodeAddress, _time, _logs);
        await ServeAsync(verbs, store, keys, node, nodeAddress, stop);
        var ownApi = new InProcessClient(verbs, "system:apiserver");
        await ClusterBootstrap.EnsureNamespacesAsync(ownApi, stop);
        var builtIns = new BuiltInServices(ownApi, nodeAddress, _log);
        await builtIns.AddApiAsync(_options.Ranges.ApiAddress, _options.Port, stop);

        // 3. The watched copies that all that follows shares, each made when it is asked for.
        var caches = new CacheSet(new InProcessClient(verbs, "system:caches"), _time, _logs);

        // 4. The controllers and the scheduler.
        progress.Report("starting controllers and scheduler");
        var controllerApi = new InProcessClient(verbs, "system:kube-controller-manager");
        var controllers = new ControllerSet(
            controllerApi, caches, Recorder(controllerApi, "controllermanager"), new ControllerOptions(keys.Authority.CertificatePem) { Kinds = verbs.Kinds }, _time, _logs);
        var schedulerApi = new InProcessClient(verbs, "system:kube-scheduler");
        var scheduler = new SchedulingLoop(
            schedulerApi,
            new SchedulerCaches(caches.Of<Pod>(), caches.Of<Objects.Core.Node>(), caches.Of<Namespace>()),
            Recorder(schedulerApi, "default-scheduler"),
            SchedulerOptions.Default,
            _time,
            _logs.CreateLogger("Coppice.Scheduler"));

        // 5. The node: its network, its containers, its agent.
        progress.Report("starting the container runtime");
        var nodeApi = new InProcessClient(verbs, $"system:node:{_options.NodeName}");
        var network = await NetworkParts.StartAsync(
            node.NetworkOptions with { DnsPortBefore = await builtIns.DnsPortBeforeAsync(stop) },
            nodeAddress,
            caches,
            Recorder(new InProcessClient(verbs, "system:kube-proxy"), "kube-proxy"),
            _time,
            _logs);
        _parts.Add(network);
        await builtIns.AddDnsAsync(_options.Ranges.DnsAddress, network.DnsPort, stop);
        Run(network.RunAsync);
        Run(controllers.RunAsync);
        Run(scheduler.RunAsync);
        Run(builtIns.WokenBy(caches, _time, _log).RunAsync);
        Run(caches.RunAsync);
        Run(await node.StartAsync(nodeApi, Recorder(nodeApi, "kubelet"), caches, stop));
        Run(IdleMemory.OfThisProcess(_time, _log).RunAsync);
        Completion = Task.WhenAny(_loops);
    }

    /// <summary>The API and the node's own endpoint, on two ports of one web server.</summary>
    private async Task ServeAsync(ApiVerbs verbs, SqliteRevisionStore store, ClusterKeys keys, NodeParts node, IPAddress nodeAddress, CancellationToken stop)
    {
        IReadOnlyList<HealthCheck> health = [new("node", true, node.Problem), new("store", true, () => null) { Remark = () => store.Trouble }];
        var pipeline = new RequestPipeline(
            verbs,
            new PipelineParts(keys.Authority, keys.Tokens, node.Find, health, $"{nodeAddress}:{_options.Port}")
            {
                AgentClient = keys.IssueAgentClient(),
            },
            _time,
            _random,
            _logs.CreateLogger("Coppice.ApiServer"));
        var certificate = keys.IssueServer(nodeAddress, _options.Ranges.ApiAddress, _options.ClusterDomain);
        var kubelet = new KubeletEndpoint(new KubeletAccess(pipeline.Access, _options.NodeName), () => node.Kubelet);
        _parts.Add(await ApiServerHost.StartAsync(
            pipeline,
            new HttpsPort(_options.Port, certificate),
            new HttpsService(new HttpsPort(_options.KubeletPort, keys.IssueNode(_options.NodeName, nodeAddress)), kubelet.HandleAsync),
            _time,
            _logs,
            stop));
        if (!keys.WriteKubeconfig(_options.Port))
        {
            LogKubeconfigStays(_layout.AdminKubeconfig);
        }
    }

    private EventRecorder Recorder(IApiClient api, string component)
    {
        var recorder = new EventRecorder(api, component, component is "kubelet" or "kube-proxy" ? _options.NodeName : "", _time, _random, _logs.CreateLogger("Coppice.Events"));
        Run(recorder.RunAsync);
        return recorder;
    }

    private void Run(Func<CancellationToken, Task> loop) => _loops.Add(loop(_stopping.Token));

    [LoggerMessage(LogLevel.Warning, "{File} could not be written; the one of an earlier start stays")]
    private partial void LogKubeconfigStays(string file);

    [LoggerMessage(LogLevel.Error, "A part of the cluster did not stop cleanly")]
    private partial void LogStoppedBadly(Exception e);
}
