using System.Globalization;
using Coppice.ApiServer.Requests;
using Coppice.Client;
using Coppice.Composition;
using Coppice.Node;
using Coppice.Node.Containers;
using Coppice.Node.Images;
using Coppice.Node.LocalVolumes;
using Coppice.Node.Pods;
using Coppice.Node.Pressure;
using Coppice.Node.Probes;
using Coppice.Node.Runtime;
using Coppice.Node.Runtime.Simulated;
using Coppice.Node.Status;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coppice.Simulation.World;

/// <summary>What all machines of a simulated cluster share.</summary>
/// <param name="Services">Those that the server knows, or knew last.</param>
internal sealed record MachineGround(SimulatedApi Api, SimulatedData Data, Func<IReadOnlyList<Service>> Services);

/// <summary>One machine of the simulated cluster: its runtime, which outlives the agent, and the agent, which can be started anew.</summary>
internal sealed class SimulatedMachine
{
    public const string PodRange = "10.244.0.0/16";

    public static readonly ValueMap<Quantity> Allocatable =
        NodeStatusPlanner.Plan(new NodeStatus(), Facts(), MachineHealth.Good, new NodeStatusOptions(), DateTimeOffset.UnixEpoch).Allocatable;

    private readonly SimulationLoop _loop;
    private readonly Func<IReadOnlyList<Service>> _services;
    private readonly EventRecorder _events;
    private readonly EventRecorder _volumeEvents;
    private readonly LocalVolumeOptions _volumes;
    private readonly ILogger _log = NullLogger.Instance;
    private readonly SimulatedGuard _guard;
    private readonly SimulatedHeartbeats _heartbeats;
    private int _lives;
    private CancellationTokenSource? _stop;
    private Task _running = Task.CompletedTask;

    /// <param name="ground">What it shares with the others.</param>
    public SimulatedMachine(int number, MachineGround ground, SimulationLoop loop, Random random)
    {
        var (api, data) = (ground.Api, ground.Data);
        Name = $"node-{number}";
        Address = $"192.168.0.{10 + number}";
        _loop = loop;
        _services = ground.Services;
        Clock = new SettableClock(loop.Time);
        Line = new Line(loop.Time, new Random(random.Next()));
        Door = new Door(api, Users.Of($"system:node:{Name}", Users.Nodes, Users.Authenticated), Line);
        HostResources = new SimulatedHostResources(Clock, (pod, stop) => data.UseAsync(Door, pod, stop));
        VolumeDoor = new Door(api, Users.Controller(LocalProvisioner.Account), Line);
        _volumes = new LocalVolumeOptions(Name, data.RootOf(Name));
        _events = new EventRecorder(Door, "kubelet", Name, Clock, new Random(random.Next()), _log);
        _volumeEvents = new EventRecorder(VolumeDoor, LocalProvisioner.Name, Name, Clock, new Random(random.Next()), _log);
        var options = new SimulatedOptions { AddressPrefix = string.Create(CultureInfo.InvariantCulture, $"10.244.{number}.") };
        Images = new SimulatedImages(options, Clock, new Random(random.Next()));
        Runtime = new SimulatedRuntime(Images, options, Clock, new Random(random.Next()));
        _guard = new SimulatedGuard(Runtime, loop.Time);
        _heartbeats = new SimulatedHeartbeats(Name, api, Line);
        foreach (var image in Registry.Images)
        {
            Images.Publish(image);
        }
    }

    public string Name { get; }

    public string Address { get; }

    /// <summary>What its agent and its runtime take for the time.</summary>
    public SettableClock Clock { get; }

    /// <summary>Between it and the server.</summary>
    public Line Line { get; }

    public Door Door { get; }

    /// <summary>By which volumes are made on its disk.</summary>
    public Door VolumeDoor { get; }

    public SimulatedImages Images { get; }

    public SimulatedRuntime Runtime { get; }

    public SimulatedHostResources HostResources { get; }

    /// <summary>Its agent runs.</summary>
    public bool IsOn => _stop is not null;

    /// <summary>What it says reaches the server.</summary>
    public bool IsHeard => HasPower && IsOn && Line.IsWhole;

    /// <summary>Its disk is nearly full.</summary>
    public bool IsShortOfDisk { get; set; }

    public NodePressure Pressure { get; private set; } = null!;

    /// <summary>It has electricity.</summary>
    public bool HasPower { get; private set; } = true;

    /// <summary>What the runtime holds, seen past every fault.</summary>
    public RuntimeSnapshot Held() => Runtime.Held();

    public void Start()
    {
        _stop = new CancellationTokenSource();
        var options = new NodeAgentOptions { NodeName = Name, Logs = new() { LookEvery = TimeSpan.FromSeconds(15) } };
        Pressure = new NodePressure(_ => new([.. MachineRoom.OfDisks(SimulatedObserver.Disk(isFull: IsShortOfDisk), null)]), options.Eviction, Clock);
        var machine = new NodeMachine(Runtime, Images, new SimulatedProber(Runtime), new SimulatedObserver(this), HostResources, HostResources)
        {
            Guard = _guard, ImageSpace = _ => new(SimulatedObserver.Disk(isFull: IsShortOfDisk)), Pressure = Pressure,
        };
        var nodeEnvironment = new NodeEnvironment(
            new SandboxSettings(Name, ["10.96.0.10"], "cluster.local", new DnsSettings([], [], []), "/nowhere/logs", null),
            [Address],
            Allocatable,
            SimulatedObserver.MemoryBytes,
            new ProbeOptions());
        var sources = new EnvironmentSources((space, name) => Door.FindAsync<ConfigMap>(new(space, name), default), (_, _) => default, _services);
        var session = string.Create(CultureInfo.InvariantCulture, $"{Name}-{++_lives}");
        var membership = new NodeMembership(Door, _events, sources, (_, _) => { }) { Heartbeats = (_heartbeats, session) };
        var parts = new NodeAgentParts(options, machine, nodeEnvironment, membership, Clock, _log);
        var stop = _stop.Token;
        var caches = new CacheSet(VolumeDoor, Clock, NullLoggerFactory.Instance);
        var provisioner = new LocalProvisioner(VolumeDoor, caches, _volumeEvents, _volumes, Clock, _log);
        _loop.Start(() => _running = RunAsync(parts.Agent, [parts.Images.RunAsync, parts.Evictor.RunAsync, caches.RunAsync, provisioner.RunAsync, _volumeEvents.RunAsync, _events.RunAsync], stop));
    }

    /// <summary>The agent ends; containers run on.</summary>
    public void Stop()
    {
        if (_stop is not { } stop)
        {
            return;
        }

        _loop.Start(() =>
        {
            stop.Cancel();
            return Task.CompletedTask;
        });
        if (!_loop.RunUntil(() => _running.IsCompleted, TimeSpan.FromMinutes(1)))
        {
            throw new InvalidOperationException($"the agent of {Name} does not stop");
        }

        _running.GetAwaiter().GetResult();
        stop.Dispose();
        _stop = null;
    }

    /// <summary>Everything on it ends at once, and nobody hears of it.</summary>
    public void PowerOff()
    {
        HasPower = false;
        _loop.Start(() =>
        {
            Line.Cut();
            Runtime.PowerOff();
            _guard.Forget();
            return Task.CompletedTask;
        });
        Stop();
    }

    public void PowerOn()
    {
        HasPower = true;
        Runtime.Revive();
        Line.Mend();
        Start();
    }

    public void ThrowIfBroken()
    {
        if (_stop is not null && _running.IsCompleted)
        {
            _running.GetAwaiter().GetResult();
            throw new InvalidOperationException($"the agent of {Name} ended by itself");
        }
    }

    private static NodeFacts Facts() =>
        new("", [], SimulatedObserver.Processors, SimulatedObserver.MemoryBytes, SimulatedObserver.DiskBytes, [], new());

    private static async Task RunAsync(NodeAgent agent, IEnumerable<Func<CancellationToken, Task>> others, CancellationToken stop)
    {
        var beside = others.Select(one => one(stop)).ToList();
        await agent.RunAsync(stop);
        foreach (var one in beside)
        {
            await one;
        }
    }
}
