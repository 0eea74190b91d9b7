using System.Diagnostics;
using Coppice.ApiServer;
using Coppice.ApiServer.Authentication;
using Coppice.ApiServer.InProcess;
using Coppice.ApiServer.Services;
using Coppice.Bench.Healing;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;
using Coppice.Objects.Policy;
using Coppice.Objects.Storage;
using Coppice.Scheduler;
using Coppice.Store.Sqlite;
using Coppice.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coppice.Bench;

// Here, where it goes before the namespace of that name.
using Node = Coppice.Objects.Core.Node;

/// <summary>
/// How many pods a second get a node, on the durable store and with events, of 5 000 nodes in three zones; and, as the floor, how many
/// bindings a second the same API takes from somebody who need not choose. And how long it takes until important pods are where others
/// were, which go as soon as they are told to.
/// </summary>
internal static class SchedulingBench
{
    private const int Nodes = 5_000;
    private const int Pods = 5_000;
    private const int WarmRounds = 4;
    private const int Owners = 10;
    private const int Preemptors = 500;
    private const int AtOnce = 256;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private const string HostLabel = "kubernetes.io/hostname";
    private const string ZoneLabel = "topology.kubernetes.io/zone";

    public static async Task RunAsync()
    {
        // The first rounds are for the compiler, which first looks at what is hot.
        for (var round = 0; round < WarmRounds; round++)
        {
            await MeasureAsync(BindAllAsync);
            await MeasureAsync(ScheduleAllAsync);
        }

        var floor = await MeasureAsync(BindAllAsync);
        Console.WriteLine($"bound without choosing: {floor}; load {Figure.Load()}");
        var ours = await MeasureAsync(ScheduleAllAsync);
        Console.WriteLine($"scheduled on {Nodes:n0} nodes: {ours}, goal 5,000; {ours.PodsPerSecond / floor.PodsPerSecond:n2} of the floor; load {Figure.Load()}");
        foreach (var (what, change) in Constraints)
        {
            var constrained = await MeasureAsync(ScheduleAllAsync, change);
            Console.WriteLine($"scheduled on {Nodes:n0} nodes, {what}: {constrained}, goal 1,000; load {Figure.Load()}");
        }

        await RunPreemptionAsync();
    }

    /// <summary>The last of it alone, after a round for the compiler.</summary>
    public static async Task RunPreemptionAsync()
    {
        await MeasurePreemptionAsync();
        var (took, cpu) = await MeasurePreemptionAsync();
        Console.WriteLine($"{Preemptors:n0} pods in the places of others on {Nodes:n0} full nodes: {took.TotalSeconds:n2} s, {cpu.TotalSeconds:n2} s of a CPU, goal 2; load {Figure.Load()}");
    }

    private static IEnumerable<(string What, Func<Pod, Pod> Change)> Constraints =>
    [
        ("rather spread over zones and nodes", pod => Spread(pod, UnsatisfiableConstraintAction.ScheduleAnyway)),
        ("spread over zones and nodes", pod => Spread(pod, UnsatisfiableConstraintAction.DoNotSchedule)),
        ("no two of an app on a node", pod => pod with
        {
            Spec = pod.Spec with { Affinity = new() { PodAntiAffinity = new() { RequiredDuringSchedulingIgnoredDuringExecution = [FarFrom(HostLabel, pod)] } } },
        }),
        ("rather no two of an app on a node or in a zone", pod => pod with
        {
            Spec = pod.Spec with
            {
                Affinity = new()
                {
                    PodAntiAffinity = new()
                    {
                        PreferredDuringSchedulingIgnoredDuringExecution =
                            [new() { Weight = 100, PodAffinityTerm = FarFrom(HostLabel, pod) }, new() { Weight = 50, PodAffinityTerm = FarFrom(ZoneLabel, pod) }],
                    },
                },
            },
        }),
    ];

    /// <summary>Fills a new cluster, lets all pods get their nodes, and returns how many did a second.</summary>
    private static async Task<Speed> MeasureAsync(Func<InProcessClient, IReadOnlyList<Pod>, Task> bind, Func<Pod, Pod>? change = null)
    {
        await using var cluster = await BenchCluster.OpenAsync();
        var pods = await cluster.CreateAsync(Enumerable.Range(0, Pods).Select(i => change?.Invoke(PodOf(i)) ?? PodOf(i)));
        var (start, used) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        await bind(cluster.Api, pods);
        return new(Pods / Stopwatch.GetElapsedTime(start).TotalSeconds, (Environment.CpuUsage.TotalTime - used) / Pods);
    }

    /// <summary>Two pods fill each node; each of the important ones needs the place of one of them.</summary>
    private static async Task<(TimeSpan Took, TimeSpan Cpu)> MeasurePreemptionAsync()
    {
        await using var cluster = await BenchCluster.OpenAsync();
        await cluster.CreateAsync(Enumerable.Range(0, 2 * Nodes).Select(i => Large($"minor-{i:d5}") is var pod ? pod with { Spec = pod.Spec with { NodeName = NameOf(i / 2) } } : pod));
        var pods = await cluster.CreateAsync(Enumerable.Range(0, Preemptors).Select(
            i => Large($"major-{i:d3}") is var pod ? pod with { Spec = pod.Spec with { PriorityClassName = "system-node-critical" } } : pod));
        var (start, used) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        await ScheduleAllAsync(cluster.Api, pods);
        return (Stopwatch.GetElapsedTime(start), Environment.CpuUsage.TotalTime - used);
    }

    private static Pod Large(string name) => PodOf(0) is var pod
        ? pod with
        {
            Metadata = new() { Namespace = "default", Name = name },
            Spec = pod.Spec with
            {
                Containers = pod.Spec.Containers.ConvertAll(one => one with { Resources = new() { Requests = ValueMap.Of(("cpu", Quantity.FromUnits(2)), ("memory", Quantity.Parse("1Gi"))) } }),
            },
        }
        : pod;

    private static Task BindAllAsync(InProcessClient api, IReadOnlyList<Pod> pods) => Parallel.ForEachAsync(
        pods.Index(), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (pod, stop) => await api.BindAsync(new Binding
        {
            Metadata = new() { Namespace = pod.Item.Metadata.Namespace, Name = pod.Item.Metadata.Name },
            Target = new() { ApiVersion = "v1", Kind = "Node", Name = NameOf(pod.Index % Nodes) },
        }, stop));

    private static async Task ScheduleAllAsync(InProcessClient api, IReadOnlyList<Pod> pods)
    {
        using var stop = new CancellationTokenSource();
        var caches = new CacheSet(api, TimeProvider.System, NullLoggerFactory.Instance);
        var events = new EventRecorder(api, "default-scheduler", "", TimeProvider.System, new Random(2), NullLogger.Instance);
        var scheduler = new SchedulingLoop(api, SchedulerCaches.Of(caches), events, SchedulerOptions.Default, TimeProvider.System, NullLogger.Instance);
        var waiting = pods.Count;
        var all = new TaskCompletionSource();
        caches.Of<Pod>().Subscribe(change =>
        {
            if (change is { Old.Spec.NodeName: null or "", New.Spec.NodeName.Length: > 0 } && Interlocked.Decrement(ref waiting) == 0)
            {
                all.TrySetResult();
            }

            // As a node would whose pods end at once.
            if (change is { Old.Metadata.DeletionTimestamp: null, New: { Metadata.DeletionTimestamp: not null } victim })
            {
                _ = EndAsync(victim);
            }
        });
        Task[] running = [caches.RunAsync(stop.Token), events.RunAsync(stop.Token), scheduler.RunAsync(stop.Token)];
        try
        {
            await all.Task.WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            throw new InvalidOperationException($"{waiting} pods wait in vain: {Describe(caches.Of<Pod>().Items)}");
        }

        await stop.CancelAsync();
        await Task.WhenAll(running).ContinueWith(_ => { }, TaskScheduler.Default);

        async Task EndAsync(Pod victim)
        {
            try
            {
                await api.DeleteAsync<Pod>(ObjectKey.Of(victim), new() { GracePeriodSeconds = 0 }, default);
            }
            catch (Exception e)
            {
                // Who was to have its place would wait for ever.
                all.TrySetException(e);
            }
        }
    }

    /// <summary>Some that wait, what is said of them, and who is where they are to go.</summary>
    private static string Describe(IReadOnlyList<Pod> pods) => string.Join("; ", pods
        .Where(pod => string.IsNullOrEmpty(pod.Spec.NodeName))
        .Take(5)
        .Select(pod => $"{pod.Metadata.Name} for {pod.Status.NominatedNodeName}, where {string.Join(", ", pods.Where(one => one.Spec.NodeName == pod.Status.NominatedNodeName).Select(one => $"{one.Metadata.Name} {one.Metadata.DeletionTimestamp}"))} is: {pod.Status.Conditions.FirstOrDefault()?.Message}"));

    private static string NameOf(int node) => $"node-{node:d4}";

    private static Node NodeOf(int i) => new()
    {
        Metadata = new()
        {
            Name = NameOf(i),
            Labels = ValueMap.Of((HostLabel, NameOf(i)), (ZoneLabel, $"zone-{i % 3}")),
        },
        Status = new()
        {
            Allocatable = ValueMap.Of(("cpu", Quantity.Parse("4")), ("memory", Quantity.Parse("8Gi")), ("pods", Quantity.FromUnits(110))),
            Images = [new ContainerImage { Names = ["nginx:1.16.0"], SizeBytes = 100_000_000 }],
        },
    };

    private static ReplicaSet OwnerOf(int i) => new()
    {
        Metadata = new() { Namespace = "default", Name = $"app-{i}" },
        Spec = new()
        {
            Replicas = Pods / Owners,
            Selector = new() { MatchLabels = PodOf(i).Metadata.Labels },
            Template = new() { Metadata = new() { Labels = PodOf(i).Metadata.Labels }, Spec = PodOf(i).Spec },
        },
    };

    private static Pod Spread(Pod pod, string whenUnsatisfiable) => pod with
    {
        Spec = pod.Spec with { TopologySpreadConstraints = [SpreadOver(ZoneLabel, pod, whenUnsatisfiable), SpreadOver(HostLabel, pod, whenUnsatisfiable)] },
    };

    private static TopologySpreadConstraint SpreadOver(string label, Pod pod, string whenUnsatisfiable) => new()
    {
        MaxSkew = 1,
        TopologyKey = label,
        WhenUnsatisfiable = whenUnsatisfiable,
        LabelSelector = new() { MatchLabels = pod.Metadata.Labels },
    };

    private static PodAffinityTerm FarFrom(string label, Pod pod) => new() { TopologyKey = label, LabelSelector = new() { MatchLabels = pod.Metadata.Labels } };

    private static Pod PodOf(int i) => new()
    {
        Metadata = new()
        {
            Namespace = "default",
            Name = $"pod-{i:d5}",
            Labels = ValueMap.Of(("app", $"app-{i % Owners}")),
            OwnerReferences = [new OwnerReference { ApiVersion = "apps/v1", Kind = "ReplicaSet", Name = $"app-{i % Owners}", Uid = $"uid-{i % Owners}", Controller = true }],
        },
        Spec = new()
        {
            Containers =
            [
                new Container
                {
                    Name = "app",
                    Image = "nginx:1.16.0",
                    Resources = new() { Requests = ValueMap.Of(("cpu", Quantity.Parse("100m")), ("memory", Quantity.Parse("64Mi"))) },
                },
            ],
        },
    };

    /// <summary>The API on the durable store, with nodes, and with what keeps the pods of each app.</summary>
    private sealed class BenchCluster(TemporaryDirectory directory, ServiceAccountTokens tokens, SqliteRevisionStore store, InProcessClient api) : IAsyncDisposable
    {
        public InProcessClient Api => api;

        public static async Task<BenchCluster> OpenAsync()
        {
            var directory = new TemporaryDirectory();
            var time = TimeProvider.System;
            var tokens = new ServiceAccountTokens(TokenKey.CreatePem(), time);
            var store = await SqliteRevisionStore.OpenAsync(directory.Path, new SqliteStoreOptions(), time, NullLogger.Instance, default);
            var api = new InProcessClient(new ApiVerbs(store, ServiceAllocationOptions.Default, tokens, time, new Random(1)), "bench");
            var cluster = new BenchCluster(directory, tokens, store, api);
            await api.CreateAsync(new Namespace { Metadata = new() { Name = "default" } }, default);
            await api.CreateAsync(new ServiceAccount { Metadata = new() { Name = "default", Namespace = "default" } }, default);
            await cluster.CreateAsync(Enumerable.Range(0, Nodes).Select(NodeOf));
            await cluster.CreateAsync(Enumerable.Range(0, Owners).Select(OwnerOf));
            return cluster;
        }

        public async Task<IReadOnlyList<T>> CreateAsync<T>(IEnumerable<T> items) where T : KubernetesObject =>
            await Task.WhenAll(items.Select(item => api.CreateAsync(item, default).AsTask()));

        public async ValueTask DisposeAsync()
        {
            await store.DisposeAsync();
            tokens.Dispose();
            directory.Dispose();
        }
    }

    /// <param name="CpuPerPod">Of API, store and scheduler together: what a busy machine does not change.</param>
    private sealed record Speed(double PodsPerSecond, TimeSpan CpuPerPod)
    {
        public override string ToString() => $"{PodsPerSecond:n0} pods/s, {CpuPerPod.TotalMicroseconds:n0} us of a CPU each";
    }
}
