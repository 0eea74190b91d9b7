using System.Diagnostics;
using Coppice.ApiServer.InProcess;
using Coppice.ApiServer.Services;
using Coppice.Bench.Healing;
using Coppice.Client;
using Coppice.Composition;
using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Batch;
using Coppice.Objects.Core;
using Coppice.Objects.Policy;
using Coppice.Store.Sqlite;
using Coppice.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coppice.Bench;

/// <summary>
/// How long a whole control plane on the durable store (API, controllers, scheduler, events) takes to have many Deployments settled and a
/// long Job done, on nodes whose pods run at once.
/// </summary>
internal static class WorkloadBench
{
    private const int Nodes = 100;
    private const int Deployments = 1_000;
    private const int Replicas = 10;
    private const int Completions = 1_000;
    private const int Parallelism = 50;
    private const int AtOnce = 32;
    private const string Space = "default";

    public static async Task RunAsync()
    {
        // The first round is for the compiler.
        await MeasureAsync(plane => DeployAsync(plane, 20));
        Print($"{Deployments:n0} Deployments of {Replicas} pods settled", await MeasureAsync(plane => DeployAsync(plane, Deployments)), 60);
        Print("the same, a budget each", await MeasureAsync(plane => Task.WhenAll(BudgetAsync(plane, Deployments), DeployAsync(plane, Deployments))), 60);
        Print($"a Job of {Completions:n0} completions, {Parallelism} at once, complete", await MeasureAsync(plane => RunJobAsync(plane, "job", CompletionMode.NonIndexed)), 15);
        Print("the same, indexed", await MeasureAsync(plane => RunJobAsync(plane, "job", CompletionMode.Indexed)), 15);
    }

    private static void Print(string what, Figures figures, int goal) => Console.WriteLine(
        $"{what}: {figures.Took.TotalSeconds:n1} s, {figures.Cpu.TotalSeconds:n1} s of CPU, {figures.Writes:n0} writes, goal {goal} s; load {Figure.Load()}");

    /// <summary>Does something in a new cluster.</summary>
    private static async Task<Figures> MeasureAsync(Func<Plane, Task> what)
    {
        using var directory = new TemporaryDirectory();
        using var stop = new CancellationTokenSource();
        var time = TimeProvider.System;
        await using var store = await SqliteRevisionStore.OpenAsync(directory.Path, new SqliteStoreOptions(), time, NullLogger.Instance, default);
        var options = new ControlPlaneOptions(ServiceAllocationOptions.Default, "no certificate");
        var plane = new ControlPlane(store, options, (verbs, _) => new InProcessClient(verbs, "bench"), time, new Random(1), NullLoggerFactory.Instance);
        var api = new InProcessClient(plane.Api, "bench");
        foreach (var name in (string[])[Space, "kube-system", "kube-node-lease"])
        {
            await api.CreateAsync(new Namespace { Metadata = new() { Name = name } }, default);
        }

        await api.CreateAsync(new ServiceAccount { Metadata = new() { Name = "default", Namespace = Space } }, default);
        var nodes = new HollowNodes(api, plane.Caches, time, NullLogger.Instance);
        var running = plane.Loops.Select(loop => loop(stop.Token)).Append(nodes.RunAsync(stop.Token)).ToList();
        await nodes.GrowAsync(Nodes, stop.Token);

        var (start, used, before) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime, store.Current.Value);
        await what(new(api, plane.Caches));
        var figures = new Figures(Stopwatch.GetElapsedTime(start), Environment.CpuUsage.TotalTime - used, store.Current.Value - before);
        await stop.CancelAsync();
        await Task.WhenAll(running).ContinueWith(_ => { }, TaskScheduler.Default);
        return figures;
    }

    private static async Task DeployAsync(Plane plane, int count)
    {
        var all = SeenAsync<Deployment>(plane, count, item => item.Status.AvailableReplicas == Replicas && item.Status.ObservedGeneration == item.Metadata.Generation);
        await Parallel.ForEachAsync(
            Enumerable.Range(0, count),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
            async (i, stop) => await plane.Api.CreateAsync(DeploymentOf($"app-{i:d4}"), stop));
        await all;
    }

    private static async Task BudgetAsync(Plane plane, int count)
    {
        var all = SeenAsync<PodDisruptionBudget>(plane, count, item => item.Status is { ExpectedPods: Replicas, CurrentHealthy: Replicas });
        await Parallel.ForEachAsync(
            Enumerable.Range(0, count),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
            async (i, stop) => await plane.Api.CreateAsync(BudgetOf($"app-{i:d4}"), stop));
        await all;
    }

    private static async Task RunJobAsync(Plane plane, string name, string mode)
    {
        var all = SeenAsync<Job>(plane, 1, item => JobConditions.IsTrue(item.Status, JobConditionType.Complete) && item.Status.Succeeded == Completions);
        await plane.Api.CreateAsync(
            new Job
            {
                Metadata = new() { Name = name, Namespace = Space },
                Spec = new()
                {
                    Completions = Completions,
                    Parallelism = Parallelism,
                    CompletionMode = mode,
                    Template = new() { Spec = PodSpecOf() with { RestartPolicy = RestartPolicy.Never } },
                },
            },
            default);
        await all;
    }

    /// <summary>Completes when so many objects have come to be as they should.</summary>
    private static Task SeenAsync<T>(Plane plane, int count, Func<T, bool> isThere) where T : KubernetesObject
    {
        var missing = count;
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        plane.Caches.Of<T>().Subscribe(change =>
        {
            var (before, after) = (change.Old is { } old && isThere(old), change.New is { } item && isThere(item));
            if (before != after && Interlocked.Add(ref missing, after ? -1 : 1) == 0)
            {
                all.TrySetResult();
            }
        });
        return all.Task;
    }

    private static Deployment DeploymentOf(string name) => new()
    {
        Metadata = new() { Name = name, Namespace = Space },
        Spec = new()
        {
            Replicas = Replicas,
            Selector = new() { MatchLabels = ValueMap.Of(("app", name)) },
            Template = new() { Metadata = new() { Labels = ValueMap.Of(("app", name)) }, Spec = PodSpecOf() },
        },
    };

    private static PodDisruptionBudget BudgetOf(string name) => new()
    {
        Metadata = new() { Name = name, Namespace = Space },
        Spec = new() { MaxUnavailable = 1, Selector = new() { MatchLabels = ValueMap.Of(("app", name)) } },
    };

    private static PodSpec PodSpecOf() => new()
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
    };

    private sealed record Plane(IApiClient Api, CacheSet Caches);

    /// <param name="Cpu">Of everything here: what a busy machine does not change.</param>
    private sealed record Figures(TimeSpan Took, TimeSpan Cpu, long Writes);
}
