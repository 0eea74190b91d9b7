using System.Collections.Concurrent;
using System.Net;
using Coppice.ApiServer.Discovery;
using Coppice.ApiServer.Usage;
using Coppice.Client;
using Coppice.Configuration;
using Coppice.Kubelet;
using Coppice.Network;
using Coppice.Network.Netns;
using Coppice.Network.PodNetwork;
using Coppice.Node;
using Coppice.Node.Containers;
using Coppice.Node.Devices;
using Coppice.Node.Devices.Cdi;
using Coppice.Node.Fencing;
using Coppice.Node.Images;
using Coppice.Node.Logs;
using Coppice.Node.Orphans;
using Coppice.Node.Pods;
using Coppice.Node.Pressure;
using Coppice.Node.Probes;
using Coppice.Node.Runtime;
using Coppice.Node.Runtime.Cgroups;
using Coppice.Node.Runtime.Containerd;
using Coppice.Node.Runtime.Cri;
using Coppice.Node.Stats;
using Coppice.Node.Status;
using Coppice.Node.Streaming;
using Coppice.Node.Volumes;
using Coppice.Objects;
using Coppice.Objects.Authentication;
using Coppice.Objects.Core;
using Coppice.Objects.Node;
using Coppice.Streaming;
using Coppice.Streaming.RemoteCommands;
using Microsoft.Extensions.Logging;

namespace Coppice.Composition;

/// <summary>
/// A node: its container runtime, the agent that runs pods on it, and what its own endpoint shows. It knows the cluster by a client of
/// the API alone, in the process or over HTTPS.
/// </summary>
internal sealed partial class NodeHost(NodeHostOptions options, TimeProvider time, ILoggerFactory logs)
{
    private readonly ILogger _log = logs.CreateLogger("Coppice.Node");
    private readonly CgroupTree _cgroups = new($"/{options.Instance}");
    private readonly CancellationTokenSource _ended = new();
    private volatile NodeAgent? _agent;
    private volatile NodeStreams? _streams;
    private volatile KubeletNode? _kubelet;
    private volatile NodeStats? _stats;
    private readonly ConcurrentDictionary<string, string> _reportFailures = [];
    private volatile string? _problem = "the node is starting";

    /// <summary>Completes when the network knows a pod by its addresses: before that, none of its containers starts.</summary>
    public Func<Pod, IReadOnlyList<string>, CancellationToken, ValueTask> NetworkReady { get; init; } = (_, _, _) => ValueTask.CompletedTask;

    public INodeStreams? Find(string node) => node == options.Name ? _streams : null;

    /// <summary>Ends its pods as the machine goes down; nothing if it has not started.</summary>
    public Task EndPodsAsync(CancellationToken stop) => _agent?.EndPodsAsync(NodeShutdownOptions.Default, stop) ?? Task.CompletedTask;

    public string? Problem() => _problem is { } problem && _reportFailures.TryGetValue(NodeAgentParts.Status, out var why) ? $"{problem}: {NodeAgentParts.Status} cannot be written. {why}" : _problem;

    /// <summary>What it and its pods use; null while it starts.</summary>
    public async ValueTask<NodeSample?> MeasureAsync(CancellationToken stop) =>
        _stats is { } stats ? UsageSamples.Of(await stats.ReadAsync(withFiles: false, stop)) : null;

    /// <summary>The node's own endpoint; whoever hosts it serves TLS.</summary>
    /// <param name="access">Who is let in.</param>
    public KubeletEndpoint Endpoint(IAccessControl access) =>
        new(new KubeletAccess(access, options.Name), () => _kubelet, Logs(), new("kubelet", ServerVersion.Number, options.Flags, KubeletEndpoint.Paths, time), time);

    /// <summary>Starts the runtime and makes the agent; the task it returns runs both until stopped.</summary>
    /// <param name="agent">Of its copies it uses the services alone, for the environment of containers.</param>
    /// <param name="session">Names this life of the agent.</param>
    public async Task<Func<CancellationToken, Task>> StartAsync(NodeComponent agent, IEventRecorder events, NodeLife life, string session, CancellationToken stopping)
    {
        var (api, caches) = (agent.Api, agent.Caches);
        var (socket, supervising) = await StartRuntimeAsync(stopping);
        var asked = new RuntimeFigures(time);
        var runtime = new CriRuntime(socket, time, asked);
        var images = new CriImages(socket, time, asked);
        await new ImageImporter(socket, images, time).EnsureAsync(PauseImage.Name, PauseImage.Recipe, stopping);

        string[] addresses = [.. options.Addresses.Select(address => address.ToString())];
        var mounts = CgroupMounts.Observe();
        var health = new RuntimeHealth(runtime, images, time);
        var agentOptions = AgentOptions();
        var pressure = new NodePressure(new MachineRoom(options.Layout.Root, images.SpaceAsync, () => PidLimits.Room(mounts, _cgroups.Pods)).ReadAsync, agentOptions.Eviction, time);
        var observer = new MachineObserver(options.Name, addresses, options.Layout.Root, runtime, health, pressure);
        var facts = await observer.FactsAsync(stopping);
        var allocatable = NodeStatusPlanner.Plan(new NodeStatus(), facts, MachineHealth.Good, agentOptions.Status, time.GetUtcNow()).Allocatable;

        var (host, settings, environment) = (HostFacts.Observe(options.Runtime), Sandboxes(), Environment(api, caches.Of<Service>(), stopping));
        var nodeEnvironment = new NodeEnvironment(settings, addresses, allocatable, facts.MemoryBytes, new ProbeOptions())
        {
            OomKillsWhole = mounts.IsUnified,
            Processes = new PidLimits { PodMax = options.PodPidsLimit },
            RuntimeClassOf = name => api.FindAsync<RuntimeClass>(new("", name), stopping),
            NetworkReady = NetworkReady,
            HasAppArmor = host.HasAppArmor,
        };
        var devices = new NodeDevices(Devices(), options.Name, api, time, _log);
        var paths = new PodPaths(options.Layout.Pods);
        var (volumes, cgroups) = (new PodVolumes(paths, time, new ImageSnapshots(socket, host, time).Files), new CgroupFiles(mounts));
        var machine = new NodeMachine(
            runtime,
            images,
            new Prober(runtime, time),
            observer,
            new HostResources(volumes, paths, cgroups, VolumesOf, nodeEnvironment, time),
            new OrphanedPods(volumes, paths, cgroups, settings, time))
        {
            Devices = devices.Pods, Written = runtime.WrittenAsync, Pulled = new PulledImages(options.Layout.PulledImages), ImageSpace = images.SpaceAsync, Pressure = pressure,
            Guard = life.IsGuarded ? new GuardProcess(GuardLine.DirectoryOf(options.Instance), GuardLine.Of(options.Instance, options.Layout), _cgroups.Runtime, time) : null,
        };
        var membership = new NodeMembership(api, events, environment, OnReportFailed) { Heartbeats = (life.Line, session) };
        var parts = new NodeAgentParts(agentOptions, machine, nodeEnvironment, membership, time, _log);
        var running = _agent = parts.Agent;
        var streams = _streams = Streams(running, runtime);
        _stats = new NodeStats(() => running.Workers.Values, runtime.WrittenAsync, mounts, _cgroups, options.Layout.Root, time);
        _kubelet = Shown(parts, streams, _stats, asked) with { Devices = devices, Configuration = KubeletConfiguration.Write(agentOptions, nodeEnvironment, NodeShutdownOptions.Default, socket) };
        var networks = new PodNetworkWatch(
            () => LinksOf(running), (link, missing) => running.OnNetworkLost(link.PodUid, link.SandboxId, missing), time, _log);
        return stop => RunAsync(running, [networks.RunAsync, devices.RunAsync, parts.Images.RunAsync, parts.Evictor.RunAsync], parts.Ready, supervising, stop);

        PodVolumeSources VolumesOf(PodFacts pod) => new(environment.ConfigMap, environment.Secret, IssueAsync, pod)
        {
            Claim = key => api.FindAsync<PersistentVolumeClaim>(key, stopping),
            PersistentVolume = name => api.FindAsync<PersistentVolume>(new("", name), stopping),
        };

        async ValueTask<TokenRequestStatus> IssueAsync(ObjectKey account, TokenRequestSpec wanted, CancellationToken stop) =>
            (await api.CreateTokenAsync(account, new TokenRequest { Spec = wanted }, stop)).Status;
    }

    private NodeAgentOptions AgentOptions() => new()
    {
        NodeName = options.Name,
        Status = new() { EndpointPort = options.EndpointPort, ComesBack = options.ComesBack },
        Eviction = new() { TransitionPeriod = options.EvictionTransitionPeriod },
    };

    private NodeLogs Logs() =>
        new(new HostLogs("/var/log"), options.LogFile is { } file ? new OwnLog(file, NodeStats.BootedAt) : null, Journal.RunAsync, time);

    private SandboxSettings Sandboxes() => new(
        options.Name, [.. options.DnsAddresses.Select(address => address.ToString())], options.ClusterDomain, HostResolver.Read("/etc/resolv.conf"), options.Layout.PodLogs, _cgroups)
    {
        SeccompRoot = options.Layout.Seccomp,
    };

    private DeviceLayout Devices() =>
        new(options.Layout.DriverRegistry, options.Layout.PreparedClaims, [.. CdiSpecs.UsualDirectories, options.Layout.DeviceSpecifications]);

    private static EnvironmentSources Environment(IApiClient api, ObjectCache<Service> services, CancellationToken stopping) => new(
        (space, name) => api.FindAsync<ConfigMap>(new(space, name), stopping),
        (space, name) => api.FindAsync<Secret>(new(space, name), stopping),
        () => services.Items);

    private KubeletNode Shown(NodeAgentParts parts, INodeStreams streams, NodeStats stats, RuntimeFigures asked) =>
        new(options.Name, () => parts.Agent.Workers.Values, streams, stats, parts.Probed, asked, Problem)
        {
            Started = parts.Agent.Started, Starts = parts.Starts, Images = parts.Images, Evictions = parts.Evictions,
        };

    /// <summary>The networks of pods that are to run on: one that ends needs none any more.</summary>
    private static IReadOnlyList<PodLink> LinksOf(NodeAgent agent) =>
    [
        .. from worker in agent.Workers
           where worker.Value is { Pod: { Metadata.DeletionTimestamp: null, Spec.HostNetwork: false }, Status.Phase: not (PodPhase.Succeeded or PodPhase.Failed) }
           let sandbox = worker.Value.View.Sandbox
           where sandbox is { State: SandboxState.Ready, Addresses.Count: > 0 }
           let space = sandbox.NetworkNamespace
           where space is not null
           select new PodLink(worker.Key, sandbox.Id, space, [.. sandbox.Addresses.Select(IPAddress.Parse)]),
    ];

    /// <param name="beside">What works beside the agent, until it has ended.</param>
    /// <param name="ready">The pods were taken over, and the API knows how the node is now.</param>
    private async Task RunAsync(NodeAgent agent, IReadOnlyList<Func<CancellationToken, Task>> beside, Task ready, Task supervising, CancellationToken stop)
    {
        await using var end = stop.Register(_ended.Cancel);
        var running = LoopsTogether.RunAsync(_ended.Token, [agent.RunAsync, .. beside]);
        if (await Task.WhenAny(ready, running, supervising) == ready)
        {
            _problem = null;
        }

        // Neither is of any use without the other: whoever watches over this node must learn that one has ended.
        await Task.WhenAny(running, supervising);
        _problem = "the node has ended";
        await _ended.CancelAsync();
        await Task.WhenAll(running, supervising);
    }

    private async Task<(string Socket, Task Supervising)> StartRuntimeAsync(CancellationToken stopping)
    {
        // Before the runtime would make them for everybody.
        foreach (var directory in (string[])[options.Layout.Pods, options.Layout.PodLogs, options.Layout.Seccomp, options.Layout.DriverRegistry, options.Layout.Drivers])
        {
            OwnFiles.MakePrivateDirectory(directory);
        }

        if (options.ContainerdSocket is { } given)
        {
            var ended = new TaskCompletionSource();
            _ended.Token.Register(ended.SetResult);
            return (given, ended.Task);
        }

        var supervisor = new ContainerdSupervisor(
            options.Runtime, time, logs.CreateLogger<ContainerdSupervisor>());
        if (options.RegistriesFile is { } registries)
        {
            var text = await File.ReadAllTextAsync(registries, stopping);
            RegistryHosts.Apply(supervisor.Layout.RegistryDirectory, RegistryHosts.Plan(RegistriesFile.Parse(text, registries)));
        }

        var supervising = supervisor.RunAsync(_ended.Token);
        await await Task.WhenAny(supervising, supervisor.WaitUntilReadyAsync(stopping));
        return (supervisor.Layout.Socket, supervising);
    }

    private NodeStreams Streams(NodeAgent agent, CriRuntime runtime)
    {
        var http = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false });
        return new NodeStreams(
            agent,
            runtime,
            new SpdyCommandClient(http, time, new StreamingOptions()),
            (space, port, stop) => NetworkNamespaces.ConnectAsync(space, port, stop),
            new ConnectOptions(),
            time);
    }

    // All are tried again within seconds: what is wrong with each is said once.
    private void OnReportFailed(string what, Exception e)
    {
        if (_reportFailures.TryGetValue(what, out var said) && said == e.Message)
        {
            return;
        }

        _reportFailures[what] = e.Message;

        if (e is ApiException or RuntimeException or IOException or NodeDeletedException)
        {
            LogReportFailed(options.Name, what, e.Message);
        }
        else
        {
            LogReportBroke(options.Name, what, e);
        }
    }

    [LoggerMessage(1004, LogLevel.Warning, "Node {Node}: {What} could not be written to the API, which is tried again: {Why}")]
    private partial void LogReportFailed(string node, string what, string why);

    [LoggerMessage(1005, LogLevel.Error, "Node {Node}: {What} could not be written to the API, which is tried again")]
    private partial void LogReportBroke(string node, string what, Exception e);
}
