using Coppice.ApiServer.Kinds.Metrics;
using Coppice.ApiServer.Usage;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Metrics;
using Coppice.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coppice.ApiServer.Tests.Usage;

public sealed class UsageMeterTests : IAsyncDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly TestApi _api;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _caching;
    private readonly UsageMeter _meter;
    private readonly string _uid;
    private NodeSample? _sample;

    public UsageMeterTests()
    {
        _api = new TestApi(_time, "default");
        _api.Create(new Node { Metadata = new() { Name = "node-1", Labels = new([new("disk", "fast")]) } });
        _uid = _api.Create(new Pod
        {
            Metadata = new() { Name = "web", Namespace = "default", Labels = new([new("app", "web")]) },
            Spec = new() { NodeName = "node-1", Containers = [new() { Name = "main", Image = "web" }] },
        }).Metadata.Uid!;
        var caches = new CacheSet(_api, _time, NullLoggerFactory.Instance);
        _meter = new UsageMeter(caches.Of<Node>(), caches.Of<Pod>(), (_, _) => new(_sample), _time, NullLogger.Instance);
        _caching = caches.RunAsync(_stop.Token);
        _api.Verbs.Kinds.Add(NodeMetricsKind.From(_meter.Nodes), PodMetricsKind.From(_meter.Pods));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _caching;
        _stop.Dispose();
    }

    [Fact]
    public async Task Pods_and_nodes_are_found_with_their_labels_and_what_they_used_between_two_looks()
    {
        await LookAsync(0, nodeCpu: 1_000_000_000, podCpu: 1_000_000_000);
        await LookAsync(15, nodeCpu: 16_000_000_000, podCpu: 4_000_000_000);
        var pods = await _api.ListAsync(UnstoredKinds.PodMetrics, new ListQuery { Namespace = "default", LabelSelector = "app=web" }, default);
        var pod = Assert.IsType<PodMetrics>(Assert.Single(pods.Items));
        Assert.Equal(("web", "main", "200m", "15s"), (pod.Metadata.Name, pod.Containers[0].Name, pod.Containers[0].Usage["cpu"].ToString(), pod.Window));
        var node = Assert.IsType<NodeMetrics>(Assert.Single((await _api.ListAsync(UnstoredKinds.NodeMetrics, ListQuery.All, default)).Items));
        Assert.Equal(("node-1", "1", "fast"), (node.Metadata.Name, node.Usage["cpu"].ToString(), node.Metadata.Labels["disk"]));
        Assert.Empty((await _api.ListAsync(UnstoredKinds.PodMetrics, new ListQuery { LabelSelector = "app=other" }, default)).Items);
    }

    [Fact]
    public async Task A_node_that_cannot_be_reached_has_no_figures()
    {
        await LookAsync(0, 1, 1);
        _sample = null;
        await _meter.LookAsync(default);
        Assert.Empty((await _api.ListAsync(UnstoredKinds.PodMetrics, ListQuery.All, default)).Items);
        Assert.Empty((await _api.ListAsync(UnstoredKinds.NodeMetrics, ListQuery.All, default)).Items);
    }

    [Fact]
    public async Task A_container_is_measured_after_one_look_and_a_node_after_two()
    {
        await LookAsync(0, 1, podCpu: 1_000_000_000);
        Assert.Single((await _api.ListAsync(UnstoredKinds.PodMetrics, ListQuery.All, default)).Items);
        Assert.Empty((await _api.ListAsync(UnstoredKinds.NodeMetrics, ListQuery.All, default)).Items);
    }

    [Fact]
    public void What_is_only_measured_is_nobodys_to_collect() =>
        Assert.DoesNotContain(((IKindSource)_api.Verbs.Kinds).Current, kind => kind.Group == "metrics.k8s.io");

    private async Task LookAsync(int seconds, long nodeCpu, long podCpu)
    {
        var start = _time.GetUtcNow();
        var containers = new Dictionary<string, UsageTotals> { ["main"] = new(start.AddSeconds(-5), podCpu, 2048) };
        _sample = new NodeSample(
            start.AddSeconds(seconds),
            new UsageTotals(start.AddDays(-1), nodeCpu, 1 << 30),
            new Dictionary<string, PodSample> { [_uid] = new(containers) });
        await _meter.LookAsync(default);
    }
}
