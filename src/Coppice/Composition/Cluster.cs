using System.Collections.Immutable;
using System.Net;
using Coppice.ApiServer;
using Coppice.ApiServer.Aggregation;
using Coppice.ApiServer.Audit;
using Coppice.ApiServer.Authentication;
using Coppice.ApiServer.Authentication.Oidc;
using Coppice.ApiServer.Authorization.Bootstrap;
using Coppice.ApiServer.Flowcontrol;
using Coppice.ApiServer.Http;
using Coppice.ApiServer.InProcess;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Kinds.Core;
using Coppice.ApiServer.Kinds.Metrics;
using Coppice.ApiServer.Usage;
using Coppice.Client;
using Coppice.Client.Metrics;
using Coppice.Composition.Joining;
using Coppice.Configuration;
using Coppice.Network.PodNetwork;
using Coppice.Objects;
using Coppice.Objects.Apiregistration;
using Coppice.Objects.Authentication;
using Coppice.Scheduler;
using Coppice.Store.Sqlite;
using Coppice.Web;
using Microsoft.Extensions.Logging;

namespace Coppice.Composition;

/// <summary>
/// A whole cluster in this process: store, API, controllers, scheduler, node and network, each through the client and none through a
/// side entrance. Its start is the table of contents of what Coppice is.
/// </summary>
public sealed class Cluster : IServer
{
    private readonly ServerOptions _options;
    private readonly DataLayout _layout;
    private readonly ILoggerFactory _logs;
    private readonly ILogger _log;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly RunningLoops _loops;
    private readonly ClientFigures _clients = new();
    private readonly StartHooks _hooks = new();
    private ControlPlane? _plane;
    private volatile ServiceNetwork? _network;
    private NodeHost? _node;
    private volatile NodeSide? _side;
    private ImmutableArray<ReconcileLoop<ObjectKey>> _ownLoops = [];

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
        _loops = new RunningLoops(_time, _log);
    }

    public Task<Task> FirstToEnd => _loops.FirstToEnd;

    public Task EndPodsAsync() => _node?.EndPodsAsync(default) ?? Task.CompletedTask;

    /// <summary>Starts everything; when it returns, the API answers and the node is at work.</summary>
    /// <param name="logProblem">Why the log takes no lines; null while it does.</param>
    /// <param name="progress">Told in words what is done now.</param>
    public static async Task<Cluster> StartAsync(
        ServerOptions options, ILoggerFactory logs, Func<string?> logProblem, IProgress<string> progress, CancellationToken stop)
    {
        var cluster = new Cluster(options, logs);
        try
        {
            if (options.Tracing is { } tracing)
            {
                // First, so that the start is traced too.
                cluster._loops.Keep(TraceExport.Start(tracing, options.NodeName));
            }

            await cluster.StartAsync(logProblem, progress, stop);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Stops all of ours, after nodes elsewhere have learned that what must not run twice may go on meanwhile. Containers, their supervisor
    /// and the service rules go on without us.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (_plane is not null)
        {
            await _plane.Heartbeats.LeaveAsync();
        }

        await _loops.DisposeAsync();
    }

    private async Task StartAsync(Func<string?> logProblem, IProgress<string> progress, CancellationToken stop)
    {
        // 1. The store, and the keys beside it.
        progress.Report("opening the store");
        var atRest = EncryptionAtRest.Of(_layout, _options.ControlPlane.EncryptionProviderConfig, _time, _log);
        var store = _loops.Keep(await atRest.OpenAsync(_layout.Store, _logs.CreateLogger("Coppice.Store"), stop));
        var keys = new ClusterKeys(_layout, _time);

        // 2. The control plane: the API's verbs on the store, the controllers, the scheduler; and the API for everybody else over HTTPS.
        progress.Report($"serving the API on port {_options.Port}");
        var planeOptions = new ControlPlaneOptions(new([.. _options.Ranges.AllServices], _options.NodePorts), keys.Authority.CertificatePem)
        {
            Ranges = _options.Ranges,
            Host = _options.NodeName,
            Tokens = keys.Tokens,
            Authority = keys.Authority,
            SigningDuration = _options.ControlPlane.SigningDuration,
            AdmissionPlugins = _options.ControlPlane.AdmissionPlugins,
            Tolerations = _options.ControlPlane.Tolerations,
            NodeLifecycle = _options.ControlPlane.NodeLifecycle,
            Audit = await OpenAuditAsync(stop),
            Scheduler = _options.ControlPlane.SchedulerConfigFile is { } scheduler ? SchedulerConfigurationFile.Parse(await File.ReadAllTextAsync(scheduler, stop), scheduler) : SchedulerOptions.Default,
        };
        var plane = _plane = new ControlPlane(store, planeOptions, (verbs, user) => Measured(InProcessClient.Open(verbs, user)), _time, _random, _logs);
        await plane.Api.Definitions.FollowAsync(stop);
        _hooks.Finish(StartStep.Definitions);
        var nodeOptions = NodeHostOptions.Of(_options, NodeAddresses.Of(_options) is { Count: > 0 } addresses ? addresses : [OfLonelyMachine()]);
        var node = _node = new NodeHost(nodeOptions, _time, _logs) { NetworkReady = (pod, addresses, stop) => _network!.AdmitAsync(pod, addresses, stop) };
        var (door, ofAgents) = await ServeAsync(plane, Health(plane, node, store, logProblem, () => atRest.Remark), keys, node, nodeOptions, stop);

        var meter = ServeFigures(plane, async (name, ended) => name == nodeOptions.Name ? await node.MeasureAsync(ended) : await ofAgents(name, ended), () => store.Trouble);

        // 3. What a cluster has from the start.
        var ownApi = InProcessClient.Open(plane.Api, Users.Component(InProcessClient.ApiServer));
        var events = new EventRecorder(ownApi, "kubernetes-service-cidr-controller", "", _time, _random, _logs.CreateLogger("Coppice.Events"));
        _loops.Run(events.RunAsync);
        await ClusterBootstrap.EnsureAsync(ownApi, events, keys, _options.Ranges.AllServices, _hooks, _time, stop);
        var builtIns = new BuiltInServices(ownApi, nodeOptions.Addresses, _log);
        await builtIns.AddApiAsync(_options.Ranges.ApiAddress, _options.Port, stop);
        _hooks.Finish(StartStep.ApiService);
        var settings = new ClusterSettings(_options.Ranges, _options.NodePorts, _options.ClusterDomain);
        await PublishedCluster.WriteAsync(ownApi, new(nodeOptions.Address, _options.Port), keys.Authority.CertificatePem, settings, stop);

        // 4. The service network of the node: its rules, its DNS, the pods' network.
        var side = _side = new NodeSide(nodeOptions, door, settings, _loops, _time, _random, _logs);
        var network = _network = await side.StartNetworkAsync(await builtIns.DnsPortBeforeAsync(stop), stop);
        await builtIns.AddDnsAsync(_options.Ranges.DnsAddresses, network.DnsPort, stop);

        // 5. All of it works, and the node takes up its pods.
        progress.Report("starting controllers, scheduler and the container runtime");
        side.Run(network);
        _ownLoops = [builtIns.WokenBy(plane.Caches, _time, _log), new PublishedAuthentication(ownApi, keys).WokenBy(plane.Caches, _time, _log), new TokenTracking(ownApi, plane.Caches, _time).Woken(_log)];
        _loops.Run([meter.RunAsync, atRest.RunAsync, .. plane.Loops, .. _ownLoops.Select(loop => (Func<CancellationToken, Task>)loop.RunAsync)]);
        _hooks.Finish(StartStep.Loops);
        await side.RunAsync(node, stop);
        _loops.Run(IdleMemory.OfThisProcess(_time, _log).RunAsync);
    }

    private HealthCheck[] Health(ControlPlane plane, NodeHost node, SqliteRevisionStore store, Func<string?> log, Func<string?> encryption)
    {
        var apis = plane.Caches.Of<APIService>();
        return ServerHealth.Checks(
            log,
            store,
            () => store.Trouble,
            plane.Caches,
            _hooks,
            () => LocalApis.Missing(plane.Api.Kinds, apis.Items),
            new("node", true, node.Problem),
            new("store", true, () => null) { Remark = () => store.Trouble },
            new("disk", true, () => null) { Remark = () => store.Slowness },
            new("encryption", true, () => null) { Remark = encryption },
            new("shutdown", true, () => _loops.AreStopping ? "process is shutting down" : null));
    }

    /// <summary>Serves what is not stored but told when somebody asks: how the components are, and what pods and nodes use.</summary>
    /// <param name="measure">What a node uses.</param>
    /// <param name="storeTrouble">What is wrong with the store; null if nothing is.</param>
    private UsageMeter ServeFigures(ControlPlane plane, Func<string, CancellationToken, ValueTask<NodeSample?>> measure, Func<string?> storeTrouble)
    {
        var meter = new UsageMeter(
            plane.Caches.Of<Objects.Core.Node>(), plane.Caches.Of<Objects.Core.Pod>(), measure, _time, _logs.CreateLogger("Coppice.Usage"));

        // Controllers and scheduler are loops of this process, which ends when one of them does.
        var components = new ComponentChecks(new("controller-manager", () => null), new("etcd-0", storeTrouble), new("scheduler", () => null));
        plane.Api.Kinds.Add(ComponentStatusKind.From(components), NodeMetricsKind.From(meter.Nodes), PodMetricsKind.From(meter.Pods));
        return meter;
    }

    /// <summary>The API and the node's own endpoint, on two ports of one web server.</summary>
    /// <returns>The node's way to the API, and what other nodes use.</returns>
    private async Task<(NodeDoor Door, Func<string, CancellationToken, ValueTask<NodeSample>> OfAgents)> ServeAsync(
        ControlPlane plane, IReadOnlyList<HealthCheck> health, ClusterKeys keys, NodeHost node, NodeHostOptions nodeOptions, CancellationToken stop)
    {
        var pipeline = new RequestPipeline(
            plane.Api,
            new PipelineParts(keys.Authority, keys.Tokens, node.Find, health, new IPEndPoint(nodeOptions.Address, _options.Port).ToString())
            {
                AgentClient = keys.AgentClient(),
                StaticTokens = _options.ControlPlane.TokenAuthFile is { } file ? TokenFile.Parse(await File.ReadAllTextAsync(file, stop), file) : new Dictionary<string, UserInfo>(),
                IssuedTokens = _options.ControlPlane.Oidc is { } oidc ? new OidcTokens(oidc, _time) : null,
                FrontProxy = keys.FrontProxy(),
                Heartbeats = plane.Heartbeats.Take,
                Flow = _options.ControlPlane.Flow,
                Flags = _options.Flags,
                Metrics = WriteTo,
            },
            _time,
            _random,
            _logs.CreateLogger("Coppice.ApiServer"));
        var door = _options.NodeOverHttps
            ? NodeDoor.OverHttps(nodeOptions.Name, keys, _options.Port, plane.Heartbeats, _time, _logs)
            : NodeDoor.InProcess(nodeOptions.Name, plane, pipeline.Access, Measured);
        _loops.Keep(door);
        var itself = InProcessClient.Open(plane.Api, Users.Component(InProcessClient.ApiServer));
        _loops.Run(pipeline.Flows(itself, plane.Caches));
        _loops.Run(pipeline.ApiServices(itself, plane.Caches));
        _hooks.Finish(StartStep.Serving);
        var certificate = keys.Server(nodeOptions.Addresses, _options.Ranges.ApiAddress, _options.ClusterDomain);
        var kubelet = node.Endpoint(door.Access);
        _loops.Serve(await WebServer.StartAsync(
            [
                new HttpsService(new HttpsPort(_options.Port, certificate), pipeline.HandleAsync),
                new HttpsService(new HttpsPort(_options.KubeletPort, keys.Node(nodeOptions.Name, nodeOptions.Address)), (http, _) => kubelet.HandleAsync(http)),
            ],
            _time,
            _logs,
            stop));
        var kubeconfig = new AdminKubeconfig(keys, _layout.AdminKubeconfig, _options.Port, _time, _log);
        kubeconfig.Write();
        _loops.Run(kubeconfig.RunAsync);
        return (door, _loops.Keep(pipeline.AgentFigures).ReadAsync);
    }

    private MeasuredClient Measured(IApiClient client) => new(client, $"127.0.0.1:{_options.Port}", _clients, _time);

    private void WriteTo(MetricsText text)
    {
        _clients.WriteTo(text);
        _plane?.WriteTo(text);
        _network?.WriteTo(text);
        _side?.WriteTo(text);
        foreach (var loop in _ownLoops)
        {
            loop.WriteTo(text);
        }
    }

    /// <returns>Null where no policy says what is told.</returns>
    private async Task<AuditLog?> OpenAuditAsync(CancellationToken stop)
    {
        if (_options.ControlPlane.AuditPolicyFile is not { } file)
        {
            return null;
        }

        var policy = AuditPolicy.Parse(await File.ReadAllTextAsync(file, stop), file);
        var log = new AuditLog(policy, _options.ControlPlane.AuditLog ?? new AuditLogOptions(_layout.AuditLog), _time, _logs.CreateLogger("Coppice.Audit"));
        log.Start();
        return _loops.Keep(log);
    }

    /// <summary>Of a machine without a network: its pods' gateway, which it is known by to nobody else.</summary>
    private IPAddress OfLonelyMachine()
    {
        var address = _options.Ranges.PodGateway;
        LoopbackAddress.Add(address);
        return address;
    }
}
