using System.Diagnostics;
using System.Globalization;
using Coppice.ApiServer;
using Coppice.ApiServer.InProcess;
using Coppice.ApiServer.Services;
using Coppice.Bench.Healing;
using Coppice.Client;
using Coppice.Controllers;
using Coppice.Network;
using Coppice.Network.Nftables;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Store.InMemory;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coppice.Bench;

/// <summary>
/// What services cost, from the write of a pod or a service to the packets' way in the kernel: of one service with a thousand endpoints, and
/// of one among ten thousand. Everything between is the real one, on a store in memory; the kernel's rules are those of a network
/// namespace of its own. Processor time is of all of it together, and does not depend on what else the machine does.
/// </summary>
internal sealed class NetworkBench : IAsyncDisposable
{
    private const int Endpoints = 1_000;
    private const int Services = 10_000;
    private const int Changes = 140;
    private const int LoneChanges = 60;
    private const string Node = "node-1";

    private static readonly string Space = $"cpbench{Environment.ProcessId}";

    // The Endpoints object of a large service is written once a second at most: who comes later than that after the last has it written at once.
    private static readonly TimeSpan Alone = TimeSpan.FromSeconds(1.2);

    // Nobody speaks for the node.
    private static readonly TimeSpan Never = TimeSpan.FromDays(1000);

    private readonly CancellationTokenSource _stop = new();
    private readonly InProcessClient _api;
    private readonly CacheSet _caches;
    private readonly NetworkOptions _options = new() { NodeName = Node, CniConfigurationDirectory = "", CniDataDirectory = "" };
    private readonly NftablesRules _rules;
    private readonly SeenRules _seen;
    private readonly List<Task> _running = [];

    private NetworkBench()
    {
        var time = TimeProvider.System;
        var verbs = new ApiVerbs(
            new InMemoryRevisionStore(), new ServiceAllocationOptions([_options.Ranges.Services], PortRange.NodePorts), null, time, new Random(1));
        _api = new InProcessClient(verbs, "system:apiserver");
        _caches = new CacheSet(_api, time, NullLoggerFactory.Instance);
        _rules = new NftablesRules(_options.Instance, $"/run/netns/{Space}");
        _seen = new SeenRules(_rules);
    }

    public static async Task RunAsync(params Func<Task>[] parts)
    {
        Ip("add");
        try
        {
            foreach (var part in parts)
            {
                await part();
            }
        }
        finally
        {
            Ip("del");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running).ContinueWith(_ => { }, TaskScheduler.Default);
        await _rules.DisposeAsync();
        _stop.Dispose();
    }

    public static async Task ManyEndpointsAsync()
    {
        await using var bench = new NetworkBench();
        await bench.PrepareAsync();
        for (var i = 0; i < Endpoints; i++)
        {
            await bench.AddPodAsync($"pod-{i}", "app", i);
        }

        var service = await bench._api.CreateAsync(ServiceOf("web", "app"), default);
        bench.Start(controllers: true);
        await bench._seen.WaitAsync(() => bench._seen.Endpoints(service) == Endpoints);
        var figure = new Processor();
        for (var i = 0; i < Changes; i++)
        {
            var pod = await bench.FindPodAsync(i * 7);
            figure.Begin();
            await bench.LeaveAsync(pod);
            await bench._seen.WaitAsync(() => bench._seen.Endpoints(service) == Endpoints - 1 - i);
            figure.End();
        }

        figure.Print($"a pod of {Endpoints:n0} leaves its service, one after another (API, slices, rules; Endpoints once a second)", "20 ms");
        await bench.LoneChangesAsync(service);
    }

    /// <summary>Each with an Endpoints object of its own, and until that is seen, too.</summary>
    private async Task LoneChangesAsync(Service service)
    {
        var endpoints = _caches.Of<Objects.Core.Endpoints>();
        var figure = new Processor();
        for (var i = 0; i < LoneChanges; i++)
        {
            await Task.Delay(Alone);
            var pod = await FindPodAsync((i * 7) + 1);
            var left = Endpoints - Changes - 1 - i;
            figure.Begin();
            await LeaveAsync(pod);
            await _seen.WaitAsync(() => _seen.Endpoints(service) == left);
            await Until(() => endpoints.Find(ObjectKey.Of(service))!.Subsets[0].Addresses.Count == left);
            figure.End();
        }

        figure.Print($"a pod of {Endpoints - Changes:n0} leaves its service alone (API, slices, Endpoints, rules)", "20 ms");
    }

    private async Task<Pod> FindPodAsync(int number) => (await _api.FindAsync<Pod>(new("default", $"pod-{number}"), default))!;

    private async Task LeaveAsync(Pod pod) =>
        await _api.UpdateStatusAsync(pod with { Status = pod.Status with { Conditions = Ready(false) } }, default);

    public static async Task ManyServicesAsync()
    {
        await using var bench = new NetworkBench();
        await bench.PrepareAsync();
        await bench.AddPodAsync("pod-1", "app", 1);
        await bench.AddPodAsync("pod-2", "app", 2);
        bench.Start(controllers: true, network: false);
        var (first, last) = (new Processor(), new Processor());
        for (var i = 0; i < Services; i++)
        {
            var figure = i < Services / 10 ? first : i >= Services - (Services / 10) ? last : null;
            figure?.Begin();
            await bench._api.CreateAsync(ServiceOf($"web-{i}", "app"), default);
            figure?.End();
        }

        first.Print($"a service is created (of the first {Services / 10:n0})", "as the last");
        last.Print($"a service is created (of the last {Services / 10:n0})", "as the first");
        var slices = bench._caches.Of<Objects.Discovery.EndpointSlice>();
        await Until(() => slices.Items.Count >= Services);

        var all = new Processor();
        all.Begin();
        bench.Start(controllers: false, network: true);
        await bench._seen.WaitAsync(() => bench._seen.Services >= Services);
        all.End();
        all.Print($"{Services:n0} services are programmed", "5 s");
        var one = new Processor();
        for (var i = 0; i < Changes; i++)
        {
            one.Begin();
            var service = await bench._api.CreateAsync(ServiceOf($"more-{i}", "app"), default);
            await bench._seen.WaitAsync(() => bench._seen.Endpoints(service) == 2);
            one.End();
        }

        one.Print($"one more service among {Services:n0} (API, slices, Endpoints, rules)", "10 ms");
    }

    private async Task PrepareAsync()
    {
        await _api.CreateAsync(new Namespace { Metadata = new() { Name = "default" } }, default);
        await _api.CreateAsync(new ServiceAccount { Metadata = new() { Namespace = "default", Name = "default" } }, default);

        // The pods of a node that has not said that it is well are out of service.
        var node = await _api.CreateAsync(new Objects.Core.Node { Metadata = new() { Name = Node } }, default);
        await _api.UpdateStatusAsync(
            node with { Status = node.Status with { Conditions = [new() { Type = NodeConditionType.Ready, Status = ConditionStatus.True }] } }, default);
    }

    private void Start(bool controllers, bool network = true)
    {
        if (controllers)
        {
            var set = new ControllerSet(_ => _api, _caches, new Silence(), new ControllerOptions("PEM") { NodeLifecycle = new(Never, Never, Never) }, TimeProvider.System, NullLoggerFactory.Instance);
            _running.AddRange([_caches.RunAsync(_stop.Token), set.RunAsync(_stop.Token)]);
        }

        if (network)
        {
            var observer = new NetworkObserver(_caches, _options);
            var loop = new ServiceNetworkLoop(
                observer.Observe, _seen, _ => { }, _options, TimeProvider.System, new NetworkJournal(NullLogger.Instance, trouble => Console.WriteLine(trouble)));
            _running.AddRange([observer.FollowAsync(loop.Wake), loop.RunAsync(_stop.Token)]);
        }
    }

    private async Task AddPodAsync(string name, string app, int number)
    {
        var pod = await _api.CreateAsync(
            new Pod
            {
                Metadata = new() { Namespace = "default", Name = name, Labels = ValueMap.Of(("app", app)) },
                Spec = new() { NodeName = Node, Containers = [new() { Name = "main", Image = "nginx" }] },
            },
            default);
        var address = $"10.244.{number / 250}.{(number % 250) + 1}";
        await _api.UpdateStatusAsync(
            pod with { Status = new() { Phase = PodPhase.Running, PodIP = address, PodIPs = [new() { Ip = address }], Conditions = Ready(true) } }, default);
    }

    private static ValueList<PodCondition> Ready(bool isReady) => [new() { Type = "Ready", Status = isReady ? "True" : "False" }];

    private static Service ServiceOf(string name, string app) => new()
    {
        Metadata = new() { Namespace = "default", Name = name },
        Spec = new() { Selector = ValueMap.Of(("app", app)), Ports = [new() { Port = 80, TargetPort = 8080 }] },
    };

    private static async Task Until(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10));
        }
    }

    private static void Ip(string verb)
    {
        using var ip = Process.Start("ip", ["netns", verb, Space]);
        ip.WaitForExit();
    }

    /// <summary>The rules, and what was applied last.</summary>
    private sealed class SeenRules(IServiceRules inner) : IServiceRules
    {
        private volatile NftTable _applied = NftTable.Empty;
        private volatile TaskCompletionSource _next = new();

        public int Services => _applied.Sets.TryGetValue("addresses", out var set) ? set.Elements.Count : 0;

        public int Endpoints(Service service) =>
            _applied.Sets.TryGetValue("addresses", out var set) && set.Elements.TryGetValue($"{service.Spec.ClusterIP} . tcp . 80", out var to)
                ? int.Parse(to.Split('/')[^1], CultureInfo.InvariantCulture)
                : 0;

        public async Task WaitAsync(Func<bool> isThere)
        {
            while (true)
            {
                var next = _next;
                if (isThere())
                {
                    return;
                }

                await next.Task;
            }
        }

        public async ValueTask<IReadOnlyList<RuleWarning>> ApplyAsync(NftTable desired, CancellationToken stop)
        {
            var refused = await inner.ApplyAsync(desired, stop);
            _applied = desired;
            var told = _next;
            _next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            told.SetResult();
            return refused;
        }

        public ValueTask<string?> RestoreAsync(CancellationToken stop) => inner.RestoreAsync(stop);

        public Task WatchAsync(Action changed, CancellationToken stop) => inner.WatchAsync(changed, stop);

        public ValueTask RemoveAsync(CancellationToken stop) => inner.RemoveAsync(stop);
    }

    /// <summary>Time and processor time of something that is done again and again.</summary>
    private sealed class Processor
    {
        private readonly List<double> _took = [];
        private readonly List<double> _used = [];
        private long _start;
        private TimeSpan _before;

        public void Begin() => (_start, _before) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);

        public void End()
        {
            _took.Add(Stopwatch.GetElapsedTime(_start).TotalMilliseconds);
            _used.Add((Environment.CpuUsage.TotalTime - _before).TotalMilliseconds);
        }

        public void Print(string what, string goal)
        {
            // The first are for the compiler.
            var half = _took.Count / 2;
            var (took, used) = (_took.Skip(half).Order().ElementAt((_took.Count - half) / 2), _used.Skip(half).Average());
            Console.WriteLine($"{what}: {used:n1} ms of a processor, took {took:n1} ms (middle of {_took.Count - half}), goal {goal}; load {Figure.Load()}");
        }
    }

    private sealed class Silence : IEventRecorder
    {
        public void Record(KubernetesObject about, string type, string reason, string message, string? fieldPath = null)
        {
        }
    }
}
