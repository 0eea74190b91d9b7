using System.Net;
using Coppice.ApiServer.Admission;
using Coppice.ApiServer.Kinds.Metrics;
using Coppice.ApiServer.Services;
using Coppice.ApiServer.Usage;
using Coppice.Composition;
using Coppice.Controllers.NodeLifecycle.Detection;
using Coppice.Network;
using Coppice.Objects;
using Coppice.Objects.Authentication;
using Coppice.Objects.Core;
using Coppice.Store;
using Coppice.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coppice.Simulation.World;

/// <summary>What a server's process stands on.</summary>
/// <param name="Look">What the node of a name uses; null if it cannot be reached.</param>
internal sealed record ServerGround(IRevisionStore Store, SimulatedRules Rules, Func<string, NodeSample?> Look);

/// <summary>One life of the server's process: API, caches, controllers, scheduler and service rules over a store that outlives it.</summary>
internal sealed class SimulatedServer
{
    private static readonly NetworkOptions Network = new()
    {
        NodeName = "node-1", CniConfigurationDirectory = "/nowhere", CniDataDirectory = "/nowhere", Ranges = ClusterRanges.Default with { Pods = IPNetwork.Parse(SimulatedMachine.PodRange) },
        // Nobody tampers with these rules, and each look at them is a plan of everything.
        RuleAuditInterval = TimeSpan.FromMinutes(10),
    };

    // So long that some machines are back sooner, and so short that pods are made elsewhere within most cuts.
    private static readonly DefaultTolerations Tolerations = new(NotReadySeconds: 20, UnreachableSeconds: 20);

    private readonly CancellationTokenSource _stop = new();
    private readonly NodeHeartbeats _heartbeats;
    private readonly List<Task> _loops = [];
    private readonly Line _line;
    private readonly SimulationLoop _loop;
    private readonly SimulatedApi _api;

    public SimulatedServer(ServerGround ground, SimulatedApi api, SimulationLoop loop, TimeProvider clock, Random random)
    {
        var (store, rules, look) = ground;
        (_api, _loop, _line) = (api, loop, new Line(loop.Time, random));
        var options = new ControlPlaneOptions(ServiceAllocationOptions.Default, "no certificate") { Tolerations = Tolerations };
        var plane = new ControlPlane(store, options, (_, user) => new Door(api, user, _line), clock, new Random(random.Next()), NullLoggerFactory.Instance);
        api.Verbs = plane.Api;
        _heartbeats = plane.Heartbeats;
        api.Heartbeats = (node, beat) => _heartbeats.Take(node, beat, CancellationToken.None);
        var meter = new UsageMeter(plane.Caches.Of<Objects.Core.Node>(), plane.Caches.Of<Pod>(), (node, _) => new(look(node)), clock, NullLogger.Instance);
        plane.Api.Kinds.Add(PodMetricsKind.From(meter.Pods));
        Caches = new ServerView(plane.Caches);
        Caches.Pods.Subscribe(_ => Changes++);
        Caches.Deployments.Subscribe(_ => Changes++);
        var observer = new NetworkObserver(plane.Caches, Network);
        var network = new ServiceNetworkLoop(observer.Observe, rules, zone => rules.Zone = zone, Network, clock, new NetworkJournal(NullLogger.Instance, _ => { }));
        Run(stop =>
        {
            _ = observer.FollowAsync(network.Wake);
            return network.RunAsync(stop);
        });
        foreach (var part in plane.Loops.Append(meter.RunAsync))
        {
            Run(part);
        }
    }

    /// <summary>The controllers' view of the world, which is the newest whenever the loop is idle and nothing is wrong.</summary>
    public ServerView Caches { get; }

    /// <summary>How many changes of pods and deployments it has seen.</summary>
    public long Changes { get; private set; }

    /// <summary>The process is killed: nothing more is written by it, and whoever watches loses the connection.</summary>
    public void Kill()
    {
        _api.Verbs = null;
        _api.Heartbeats = null;
        _heartbeats.Dispose();
        _loop.Start(() =>
        {
            _stop.Cancel();
            return Task.CompletedTask;
        });
        if (!_loop.RunUntil(() => _loops.All(l => l.IsCompleted), TimeSpan.FromMinutes(1)))
        {
            throw new InvalidOperationException("a part of the server does not stop");
        }

        foreach (var loop in _loops)
        {
            loop.GetAwaiter().GetResult();
        }

        _stop.Dispose();
    }

    public void DropWatches() => _line.DropConnections();

    /// <summary>A part that ended by itself or by an error is a failure of the run.</summary>
    public void ThrowIfBroken()
    {
        foreach (var loop in _loops)
        {
            if (loop.IsCompleted)
            {
                loop.GetAwaiter().GetResult();
                throw new InvalidOperationException("a part of the control plane ended by itself");
            }
        }
    }

    private void Run(Func<CancellationToken, Task> loop) => _loop.Start(() =>
    {
        var task = loop(_stop.Token);
        _loops.Add(task);
        return task;
    });
}
