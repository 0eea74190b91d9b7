using System.Diagnostics;
using Coppice.Client;
using Coppice.Cluster.Harness;
using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;
using Coppice.Objects.Discovery;
using Coppice.Objects.Meta;
using Coppice.Testing;

namespace Coppice.Bench.Healing;

/// <summary>The rounds of the healing benchmark, ours and the floor's in turn, so that both meet the same load.</summary>
internal sealed class HealingRounds(RunningCluster cluster, IApiClient api, Answers answers, RuntimeFloor floor)
{
    public const string Image = "docker.io/coppice/testapp:1";

    private const string Namespace = "default";
    private const int Many = 20;
    private const int Port = HealingBench.Port;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public async Task WarmUpAsync()
    {
        await using var pods = await Sight<Pod>.OpenAsync(api, Namespace);
        var (pod, _) = await StartAsync(pods, "warm-up");
        await RemoveAsync(pods, pod);
        var (bare, _) = await floor.StartAsync();
        await floor.RemoveAsync(bare);
    }

    /// <summary>A pod is made; then its process is killed for the first time.</summary>
    public async Task PodsAsync(int rounds)
    {
        var created = new Figure("pod created → answering HTTP", "≤ 250 ms where the floor is 195");
        var crashed = new Figure("container crash → answering again", "≤ 110 ms where the floor is 72");
        await using var pods = await Sight<Pod>.OpenAsync(api, Namespace);
        for (var round = 0; round < rounds; round++)
        {
            var (bare, floorStart) = await floor.StartAsync();
            created.Floor(floorStart);
            (bare, var floorRestart) = await floor.CrashAsync(bare);
            crashed.Floor(floorRestart);
            await floor.RemoveAsync(bare);

            var (pod, start) = await StartAsync(pods, $"single-{round}");
            created.Ours(start);
            crashed.Ours(await CrashAsync(pod));
            await RemoveAsync(pods, pod);
        }

        created.Print();
        crashed.Print();
    }

    /// <summary>The only pod of a Deployment is deleted.</summary>
    public async Task ReplacementsAsync(int rounds)
    {
        var figure = new Figure("pod of a Deployment deleted → replacement Ready", "≤ 280 ms where the floor is 195");
        await using var pods = await Sight<Pod>.OpenAsync(api, Namespace);
        var ready = pods.UntilAsync(change => IsReady(change.Item));
        var deployment = await api.CreateAsync(Deployment("replaced", 1), CancellationToken.None);
        var pod = (await ready).Item;
        for (var round = 0; round < rounds; round++)
        {
            var (bare, floorStart) = await floor.StartAsync();
            figure.Floor(floorStart);
            await floor.RemoveAsync(bare);

            var old = pod;
            var gone = GoneAsync(pods, old);
            var replaced = pods.UntilAsync(change => change.Item.Metadata.Uid != old.Metadata.Uid && IsReady(change.Item));
            var begun = Stopwatch.GetTimestamp();
            await api.DeleteAsync<Pod>(ObjectKey.Of(old), null, CancellationToken.None);
            (pod, var at) = await replaced;
            figure.Ours(Stopwatch.GetElapsedTime(begun, at));
            await gone;
        }

        figure.Print();
        await RemoveAsync(deployment);
    }

    public async Task DeploymentsAsync(int rounds)
    {
        var figure = new Figure($"Deployment of {Many} → all Ready", "≤ 3200 ms where the floor is 2600");
        for (var round = 0; round < rounds; round++)
        {
            var begun = Stopwatch.GetTimestamp();
            var bare = await Task.WhenAll(Enumerable.Range(0, Many).Select(_ => floor.StartAsync()));
            figure.Floor(Stopwatch.GetElapsedTime(begun));
            foreach (var (pod, _) in bare)
            {
                await floor.RemoveAsync(pod);
            }

            await using var pods = await Sight<Pod>.OpenAsync(api, Namespace);
            var uids = new HashSet<string>();
            var all = pods.UntilAsync(change => IsReady(change.Item) && uids.Add(change.Item.Metadata.Uid!) && uids.Count == Many);
            begun = Stopwatch.GetTimestamp();
            var deployment = await api.CreateAsync(Deployment($"many-{round}", Many), CancellationToken.None);
            figure.Ours(Stopwatch.GetElapsedTime(begun, (await all).At));
            await RemoveAsync(deployment);
        }

        figure.Print();
    }

    /// <summary>A pod's readiness probe begins to fail; counted from when its condition is seen False.</summary>
    public async Task UnreadyAsync(int rounds)
    {
        var slices = new Figure("pod NotReady in the API → gone from the EndpointSlice", "≤ 2 ms");
        var packets = new Figure("pod NotReady in the API → gone from the packets' way", "≤ 15 ms");
        await using var pods = await Sight<Pod>.OpenAsync(api, Namespace);
        await using var endpoints = await Sight<EndpointSlice>.OpenAsync(api, Namespace);
        var labels = ValueMap.Of(("app", "unready"));
        var service = await api.CreateAsync(
            new Service
            {
                Metadata = new ObjectMeta { Name = "unready", Namespace = Namespace },
                Spec = new ServiceSpec { Selector = labels, Ports = [new ServicePort { Port = Port, Protocol = "TCP", TargetPort = Port }] },
            },
            CancellationToken.None);
        var ready = pods.UntilAsync(change => IsReady(change.Item));
        await api.CreateAsync(Unready(labels), CancellationToken.None);
        var pod = (await ready).Item;
        for (var round = 0; round < rounds; round++)
        {
            await answers.UntilAsync(service.Spec.ClusterIP!, Port, answers: true);
            var unready = pods.UntilAsync(change => !IsReady(change.Item));
            var cut = endpoints.UntilAsync(change => change.Item.Endpoints.All(one => one.Conditions?.Ready == false));
            await cluster.Http.GetStringAsync($"http://{pod.Status.PodIP}:{Port}/readyz/fail");
            var (_, seen) = await unready;
            var refused = await answers.UntilAsync(service.Spec.ClusterIP!, Port, answers: false);
            slices.Ours(Stopwatch.GetElapsedTime(seen, (await cut).At));
            packets.Ours(Stopwatch.GetElapsedTime(seen, refused));

            ready = pods.UntilAsync(change => IsReady(change.Item));
            await cluster.Http.GetStringAsync($"http://{pod.Status.PodIP}:{Port}/readyz/recover");
            await ready;
        }

        slices.Print();
        packets.Print();
        await api.DeleteAsync<Service>(ObjectKey.Of(service), null, CancellationToken.None);
        await RemoveAsync(pods, pod);
    }

    private async Task<(Pod Pod, TimeSpan Took)> StartAsync(Sight<Pod> pods, string name)
    {
        var addressed = pods.UntilAsync(change => change.Item.Metadata.Name == name && change.Item.Status.PodIP is { Length: > 0 });
        var running = pods.UntilAsync(change => change.Item.Metadata.Name == name && IsReady(change.Item));
        var begun = Stopwatch.GetTimestamp();
        await api.CreateAsync(
            new Pod { Metadata = new ObjectMeta { Name = name, Namespace = Namespace }, Spec = Serving() }, CancellationToken.None);
        var (pod, _) = await addressed;
        var answered = await answers.UntilAsync(pod.Status.PodIP!, Port, answers: true);
        return ((await running).Item, Stopwatch.GetElapsedTime(begun, answered));
    }

    private async Task<TimeSpan> CrashAsync(Pod pod)
    {
        var id = pod.Status.ContainerStatuses[0].ContainerID!;
        var process = floor.ProcessOf(id[(id.LastIndexOf('/') + 1)..]);
        var begun = Stopwatch.GetTimestamp();
        Processes.Signal(process, Testing.Signal.Kill);
        await answers.UntilAsync(pod.Status.PodIP!, Port, answers: false);
        return Stopwatch.GetElapsedTime(begun, await answers.UntilAsync(pod.Status.PodIP!, Port, answers: true));
    }

    private async Task RemoveAsync(Sight<Pod> pods, Pod pod)
    {
        var gone = GoneAsync(pods, pod);
        await api.DeleteAsync<Pod>(ObjectKey.Of(pod), new DeleteOptions { GracePeriodSeconds = 1 }, CancellationToken.None);
        await gone;
    }

    private async Task RemoveAsync(Deployment deployment)
    {
        await api.DeleteAsync<Deployment>(ObjectKey.Of(deployment), null, CancellationToken.None);
        await Eventually.TrueAsync("the Deployment's pods to be gone", Patience,
            async () => (await api.ListAsync<Pod>(new ListQuery(Namespace), CancellationToken.None)).Items.Count == 0);
    }

    private static Task GoneAsync(Sight<Pod> pods, Pod pod) =>
        pods.UntilAsync(change => change.Type == WatchEventType.Deleted && change.Item.Metadata.Uid == pod.Metadata.Uid);

    private static bool IsReady(Pod pod) => pod.Status.Conditions.Any(one => one is { Type: "Ready", Status: "True" });

    private static Deployment Deployment(string name, int replicas)
    {
        var labels = ValueMap.Of(("app", name));
        return new Deployment
        {
            Metadata = new ObjectMeta { Name = name, Namespace = Namespace },
            Spec = new DeploymentSpec
            {
                Replicas = replicas,
                Selector = new LabelSelector { MatchLabels = labels },
                Template = new PodTemplateSpec { Metadata = new ObjectMeta { Labels = labels }, Spec = Serving() },
            },
        };
    }

    private static Pod Unready(ValueMap<string> labels)
    {
        var probe = new Probe { HttpGet = new HTTPGetAction { Path = "/readyz", Port = Port }, PeriodSeconds = 1, FailureThreshold = 1 };
        var serving = Serving();
        return new Pod
        {
            Metadata = new ObjectMeta { Name = "unready", Namespace = Namespace, Labels = labels },
            Spec = serving with { Containers = [serving.Containers[0] with { ReadinessProbe = probe }] },
        };
    }

    private static PodSpec Serving() => new()
    {
        TerminationGracePeriodSeconds = 1,
        Containers = [new Container { Name = "main", Image = Image, ImagePullPolicy = "IfNotPresent", Args = ["serve"] }],
    };
}
