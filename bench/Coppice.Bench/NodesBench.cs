using System.Diagnostics;
using System.Globalization;
using Coppice.ApiServer;
using Coppice.ApiServer.Authorization;
using Coppice.ApiServer.InProcess;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Services;
using Coppice.Bench.Healing;
using Coppice.Client;
using Coppice.Composition;
using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Authentication;
using Coppice.Objects.Core;
using Coppice.Store;
using Coppice.Store.Sqlite;
using Coppice.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coppice.Bench;

/// <summary>
/// What it takes to hold many nodes and their pods: a whole control plane on the durable store, in this process with the hollow nodes, each
/// of which renews its lease and reports its status as a real one does. Grown in steps; at each it is left alone and looked at, and then
/// asked for a Deployment more.
/// </summary>
internal static class NodesBench
{
    private const int PodsANode = 30;
    private const int PodsASpace = 1_000;
    private const int PodsMore = 100;
    private const int AtOnce = 64;
    private const int Questions = 200;
    private const int WatchedWrites = 100;

    private static readonly TimeSpan Look = TimeSpan.FromSeconds(30);

    // All of it is to take less than five minutes, also where others use the machine.
    private static readonly TimeSpan FillLimit = TimeSpan.FromMinutes(2.5);
    private static readonly TimeSpan SettleLimit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan TellEvery = TimeSpan.FromSeconds(15);

    /// <summary>The usual steps, up to so many nodes.</summary>
    public static Task RunAsync(int most) => RunAsync([.. ((int[])[500, 1_000, 2_000, 5_000]).Where(nodes => nodes < most).Append(most).Select(nodes => (nodes, nodes * PodsANode))]);

    public static Task RunAsync(int nodes, int pods) => RunAsync([(nodes, pods)]);

    private static async Task RunAsync(IReadOnlyList<(int Nodes, int Pods)> steps)
    {
        using var directory = new TemporaryDirectory();
        using var stop = new CancellationTokenSource();
        var time = TimeProvider.System;
        await using var store = await SqliteRevisionStore.OpenAsync(directory.Path, new SqliteStoreOptions(), time, NullLogger.Instance, default);
        var options = new ControlPlaneOptions(ServiceAllocationOptions.Default, "no certificate");
        var plane = new ControlPlane(store, options, (verbs, _) => new InProcessClient(verbs, "bench"), time, new Random(1), NullLoggerFactory.Instance);
        var api = new InProcessClient(plane.Api, "bench");
        foreach (var name in (string[])["kube-system", "kube-node-lease"])
        {
            await api.CreateAsync(new Namespace { Metadata = new() { Name = name } }, default);
        }

        var nodes = new HollowNodes(api, plane.Caches, time, NullLogger.Instance);
        var running = plane.Loops.Select(loop => loop(stop.Token)).Append(nodes.RunAsync(stop.Token)).ToList();
        var (began, made) = (Stopwatch.GetTimestamp(), 0);
        foreach (var step in steps)
        {
            await nodes.GrowAsync(step.Nodes, stop.Token);
            made = await FillAsync(api, nodes, (made, step.Pods), () => Stopwatch.GetElapsedTime(began) > FillLimit);
            await SettleAsync(plane, made);
            Console.WriteLine($"{step.Nodes:n0} nodes, {made:n0} pods, after {Stopwatch.GetElapsedTime(began).TotalSeconds:n0} s; load {Figure.Load()}");
            await HoldAsync(store);
            await AskAsync(plane.Api, made);
            await WatchAsync(api, store, step.Nodes);
            await DeployAsync(plane, api, step.Nodes);
            if (made < step.Pods)
            {
                Console.WriteLine($"  that is as far as it got in {FillLimit.TotalMinutes:n1} minutes, of {step.Pods:n0} pods");
                break;
            }
        }

        await stop.CancelAsync();
        await Task.WhenAll(running).ContinueWith(_ => { }, TaskScheduler.Default);
    }

    /// <summary>Pods that have their nodes from the start: the scheduler has its own figures.</summary>
    /// <returns>How many there are.</returns>
    private static async Task<int> FillAsync(InProcessClient api, HollowNodes nodes, (int From, int To) pods, Func<bool> isOver)
    {
        var (made, told) = (pods.From, Stopwatch.GetTimestamp());
        while (made < pods.To && !isOver())
        {
            if (Stopwatch.GetElapsedTime(told) > TellEvery)
            {
                told = Stopwatch.GetTimestamp();
                Console.WriteLine($"  {made:n0} pods of {pods.To:n0} are made; load {Figure.Load()}");
            }

            if (made % PodsASpace == 0)
            {
                await MakeSpaceAsync(api, SpaceOf(made));
            }

            var until = Math.Min(pods.To, ((made / PodsASpace) + 1) * PodsASpace);
            await Parallel.ForEachAsync(
                Enumerable.Range(made, until - made),
                new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
                async (i, stop) => await api.CreateAsync(PodOf(i, nodes.Count), stop));
            made = until;
        }

        return made;
    }

    /// <summary>Every pod runs, and nothing is left to be told.</summary>
    private static async Task SettleAsync(ControlPlane plane, int pods)
    {
        var cache = plane.Caches.Of<Pod>();
        var began = Stopwatch.GetTimestamp();
        while (cache.Items.Count < pods || cache.Items.Any(pod => pod.Status.Phase != PodPhase.Running))
        {
            if (Stopwatch.GetElapsedTime(began) > SettleLimit)
            {
                throw new TimeoutException($"of {pods} pods {cache.Items.Count(pod => pod.Status.Phase == PodPhase.Running)} run");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System);
        }
    }

    private static async Task HoldAsync(IRevisionStore store)
    {
        GC.Collect();
        var (start, used, before) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime, store.Current.Value);
        await Task.Delay(Look, TimeProvider.System);
        var took = Stopwatch.GetElapsedTime(start);
        var processors = (Environment.CpuUsage.TotalTime - used) / took;
        Console.WriteLine(
            $"  left alone: {(store.Current.Value - before) / took.TotalSeconds:n0} writes a second, {processors:p1} of a processor, "
            + $"{Environment.WorkingSet >> 20:n0} MiB resident, {GC.GetTotalMemory(false) >> 20:n0} MiB of objects");
    }

    /// <summary>What it takes to say whether a node may read what one of its pods needs, while other nodes' pods are written.</summary>
    private static async Task AskAsync(ApiVerbs verbs, int pods)
    {
        var api = new InProcessClient(verbs, "bench");
        var node = Users.Of($"system:node:{HollowNodes.NameOf(0)}", Users.Nodes, Users.Authenticated);
        var question = AccessRequest.To("get", new("", "secrets"), SpaceOf(0), "certificate");
        await verbs.Authorizer.DecideAsync(node, question, default);
        var took = TimeSpan.Zero;
        for (var i = 0; i < Questions; i++)
        {
            var key = new ObjectKey(SpaceOf(i % pods), NameOf(i % pods));
            var pod = await api.FindAsync<Pod>(key, default);
            await api.UpdateStatusAsync(pod! with { Status = pod.Status with { Message = $"{i}" } }, default);
            var began = Stopwatch.GetTimestamp();
            if (!(await verbs.Authorizer.DecideAsync(node, question, default)).Allowed)
            {
                throw new InvalidOperationException("a node may not read what its pod needs");
            }

            took += Stopwatch.GetElapsedTime(began);
        }

        Console.WriteLine($"  whether a node may read a secret: {took.TotalMicroseconds / Questions:n1} µs");
    }

    /// <summary>What a write of a pod takes while every node watches its own pods, until all of them have passed it or seen it.</summary>
    private static async Task WatchAsync(InProcessClient api, IRevisionStore store, int nodes)
    {
        using var stop = new CancellationTokenSource();
        var pods = BuiltInKinds.Of<Pod>();
        var from = store.Current.ToString();
        var watches = Enumerable.Range(0, nodes).Select(i => api.Watch(pods, new ListQuery(FieldSelector: $"spec.nodeName={HollowNodes.NameOf(i)}"), from)).ToList();
        var readers = watches.Select(watch => ReadAsync(watch, stop.Token)).ToList();
        var (start, used) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        for (var i = 0; i < WatchedWrites; i++)
        {
            var pod = await api.FindAsync<Pod>(new(SpaceOf(0), NameOf(0)), default);
            await api.UpdateStatusAsync(pod! with { Status = pod.Status with { Message = $"watched {i}" } }, default);
        }

        var last = store.Current.Value;
        while (watches.Any(watch => long.Parse(watch.Revision, CultureInfo.InvariantCulture) < last))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        }

        var (took, cpu) = (Stopwatch.GetElapsedTime(start), Environment.CpuUsage.TotalTime - used);
        Console.WriteLine($"  a pod's write, each node watching its own pods: {took.TotalMilliseconds / WatchedWrites:n1} ms, {cpu.TotalMilliseconds / WatchedWrites:n1} ms of CPU");
        await stop.CancelAsync();
        await Task.WhenAll(readers);
        foreach (var watch in watches)
        {
            await watch.DisposeAsync();
        }
    }

    private static async Task ReadAsync(IObjectWatch<KubernetesObject> watch, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                await watch.NextAsync(stop);
            }
        }
        catch (OperationCanceledException)
        {
            // That was all.
        }
    }

    private static async Task DeployAsync(ControlPlane plane, InProcessClient api, int nodes)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"more-{nodes}");
        await MakeSpaceAsync(api, name);
        var cache = plane.Caches.Of<Deployment>();
        var (start, used) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        await api.CreateAsync(
            new Deployment
            {
                Metadata = new() { Name = name, Namespace = name },
                Spec = new()
                {
                    Replicas = PodsMore,
                    Selector = new() { MatchLabels = ValueMap.Of(("app", name)) },
                    Template = new() { Metadata = new() { Labels = ValueMap.Of(("app", name)) }, Spec = SpecOf() },
                },
            },
            default);
        while (cache.Find(new(name, name))?.Status.AvailableReplicas != PodsMore)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        }

        Console.WriteLine($"  a Deployment of {PodsMore} pods more: {Stopwatch.GetElapsedTime(start).TotalSeconds:n2} s, {(Environment.CpuUsage.TotalTime - used).TotalSeconds:n2} s of CPU");
    }

    private static async Task MakeSpaceAsync(InProcessClient api, string name)
    {
        await api.CreateAsync(new Namespace { Metadata = new() { Name = name } }, default);
        while (await api.FindAsync<ServiceAccount>(new(name, "default"), default) is null)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        }
    }

    private static string SpaceOf(int pod) => string.Create(CultureInfo.InvariantCulture, $"space-{pod / PodsASpace}");

    private static string NameOf(int pod) => string.Create(CultureInfo.InvariantCulture, $"pod-{pod}");

    private static Pod PodOf(int number, int nodes) => new()
    {
        Metadata = new() { Name = NameOf(number), Namespace = SpaceOf(number), Labels = ValueMap.Of(("app", "web")) },
        Spec = SpecOf() with { NodeName = HollowNodes.NameOf(number % nodes), Volumes = [new() { Name = "certificate", Secret = new() { SecretName = "certificate" } }] },
    };

    private static PodSpec SpecOf() => new()
    {
        Containers =
        [
            new Container
            {
                Name = "web",
                Image = "nginx:1.16.0",
                Resources = new() { Requests = ValueMap.Of(("cpu", Quantity.Parse("100m")), ("memory", Quantity.Parse("64Mi"))) },
            },
        ],
    };
}
