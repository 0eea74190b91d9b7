using Coppice.ApiServer;
using Coppice.ApiServer.InProcess;
using Coppice.Client;
using Coppice.Node;
using Coppice.Node.Containers;
using Coppice.Node.Images;
using Coppice.Node.Pods;
using Coppice.Node.Probes;
using Coppice.Node.Runtime;
using Coppice.Node.Runtime.Simulated;
using Coppice.Objects.Core;
using Coppice.Testing;
using Microsoft.Extensions.Logging;

namespace Coppice.Simulation.World;

/// <summary>One machine of the simulated cluster: its runtime, which outlives the agent, and the agent, which can be started anew.</summary>
internal sealed class SimulatedMachine
{
    private readonly SimulationLoop _loop;
    private readonly IApiClient _api;
    private readonly Func<IReadOnlyList<Service>> _services;
    private readonly ILogger _log;
    private readonly EventRecorder _events;
    private readonly SimulatedImages _images;
    private readonly string _address;
    private CancellationTokenSource? _stop;
    private Task _running = Task.CompletedTask;

    public SimulatedMachine(int number, ApiVerbs verbs, SimulationLoop loop, Random random, Func<IReadOnlyList<Service>> services, ILoggerFactory logs)
    {
        Name = $"node-{number}";
        _address = $"192.168.0.{10 + number}";
        _loop = loop;
        _services = services;
        _log = logs.CreateLogger($"Coppice.{Name}");
        _api = new InProcessClient(verbs, $"system:node:{Name}");
        _events = new EventRecorder(_api, "kubelet", Name, loop.Time, new Random(random.Next()), _log);
        var options = new SimulatedOptions { AddressPrefix = $"10.244.{number}." };
        _images = new SimulatedImages(options, loop.Time, new Random(random.Next()));
        Runtime = new SimulatedRuntime(_images, options, loop.Time, new Random(random.Next()));
        foreach (var image in Registry.Images)
        {
            _images.Publish(image);
        }
    }

    public string Name { get; }

    public SimulatedRuntime Runtime { get; }

    public SimulatedGround Ground { get; } = new();

    public bool IsOn => _stop is not null;

    /// <summary>What the runtime holds, seen past every fault.</summary>
    public RuntimeSnapshot Held()
    {
        var fault = Runtime.Fault;
        Runtime.Fault = null;
        try
        {
            var look = Runtime.ListAsync(CancellationToken.None);
            return look.IsCompletedSuccessfully ? look.Result : RuntimeSnapshot.Empty;
        }
        finally
        {
            Runtime.Fault = fault;
        }
    }

    public void Start()
    {
        _stop = new CancellationTokenSource();
        var services = new PodServices(
            Runtime,
            new ImagePuller(_images, _loop.Time),
            Ground,
            new PodHooks(Runtime, new SimulatedProber(Runtime), _loop.Time),
            new SimulatedProber(Runtime),
            new EnvironmentSources((_, _) => default, (_, _) => default, _services),
            _api,
            _events,
            _loop.Time,
            _log);
        var surroundings = new PodSurroundings(
            new SandboxSettings(Name, ["10.96.0.10"], "cluster.local", new DnsSettings([], [], []), "/var/log/pods", null),
            [_address],
            SimulatedPresence.Allocatable,
            8L << 30,
            new ProbeOptions());
        var agent = new NodeAgent(
            new NodeAgentOptions { NodeName = Name }, services, surroundings, new SimulatedPresence(Name, _address, _api, _loop.Time), Ground);
        var stop = _stop.Token;
        _loop.Start(() => _running = RunAsync(agent, stop));
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

    private async Task RunAsync(NodeAgent agent, CancellationToken stop)
    {
        var events = _events.RunAsync(stop);
        await agent.RunAsync(stop);
        await events;
    }
}
