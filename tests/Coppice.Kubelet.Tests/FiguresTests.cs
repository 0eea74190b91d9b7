using System.Text;
using System.Text.Json.Nodes;
using Coppice.Node.Host;
using Coppice.Node.Runtime;
using Coppice.Node.Runtime.Cgroups;
using Coppice.Node.Stats;
using Coppice.Objects.Core;

namespace Coppice.Kubelet.Tests;

/// <summary>What is measured, in the words and numbers of a kubelet.</summary>
public sealed class FiguresTests
{
    private static readonly DateTimeOffset At = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_500);

    private static readonly NodeReading Reading = new(
        At,
        At.AddHours(-1),
        new Usage(new CgroupUsage(7_000_000_000, new MemoryUsage(900, 600, 300, 200, 10, 1, null, 0), 50), 250_000_000),
        1000,
        [new("lo0", 1, 2, 3, 4), new("eth0", 5, 6, 7, 8)],
        new FileSystemSpace(1_000_000, 400_000, 500_000, 1000, 900),
        new ProcessCount(32768, 123),
        [
            new PodReading(
                new Pod { Metadata = new() { Namespace = "shop", Name = "web\"1", Uid = "u1" } },
                At.AddMinutes(-2),
                new Usage(new CgroupUsage(2_500_000_000, new MemoryUsage(90, 60, 30, 20, 10, 1, 100, 0), 3), null),
                [new("eth0", 11, 0, 12, 0)],
                [new ContainerReading(ContainerOf("app"), "/x/c1", new Usage(new CgroupUsage(2_000_000_000, new MemoryUsage(80, 50, 25, 20, 9, 1, 100, 4), 2), 100), new FilesUsage(77, 3), new FilesUsage(5, 1))]),
        ]);

    [Fact]
    public void Resource_metrics_are_Kubernetes_own()
    {
        const string Expected = """
            # HELP container_cpu_usage_seconds_total [STABLE] Cumulative cpu time consumed by the container in core-seconds
            # TYPE container_cpu_usage_seconds_total counter
            container_cpu_usage_seconds_total{container="app",namespace="shop",pod="web\"1"} 2 1700000000500
            # HELP container_memory_working_set_bytes [STABLE] Current working set of the container in bytes
            # TYPE container_memory_working_set_bytes gauge
            container_memory_working_set_bytes{container="app",namespace="shop",pod="web\"1"} 50 1700000000500
            # HELP container_start_time_seconds [STABLE] Start time of the container since unix epoch in seconds
            # TYPE container_start_time_seconds gauge
            container_start_time_seconds{container="app",namespace="shop",pod="web\"1"} 1699999940.5
            # HELP container_swap_usage_bytes [ALPHA] Current amount of the container swap usage in bytes. Reported only on non-windows systems
            # TYPE container_swap_usage_bytes gauge
            container_swap_usage_bytes{container="app",namespace="shop",pod="web\"1"} 4 1700000000500
            # HELP node_cpu_usage_seconds_total [STABLE] Cumulative cpu time consumed by the node in core-seconds
            # TYPE node_cpu_usage_seconds_total counter
            node_cpu_usage_seconds_total 7 1700000000500
            # HELP node_memory_working_set_bytes [STABLE] Current working set of the node in bytes
            # TYPE node_memory_working_set_bytes gauge
            node_memory_working_set_bytes 600 1700000000500
            # HELP node_swap_usage_bytes [ALPHA] Current swap usage of the node in bytes. Reported only on non-windows systems
            # TYPE node_swap_usage_bytes gauge
            node_swap_usage_bytes 0 1700000000500
            # HELP pod_cpu_usage_seconds_total [STABLE] Cumulative cpu time consumed by the pod in core-seconds
            # TYPE pod_cpu_usage_seconds_total counter
            pod_cpu_usage_seconds_total{namespace="shop",pod="web\"1"} 2.5 1700000000500
            # HELP pod_memory_working_set_bytes [STABLE] Current working set of the pod in bytes
            # TYPE pod_memory_working_set_bytes gauge
            pod_memory_working_set_bytes{namespace="shop",pod="web\"1"} 60 1700000000500
            # HELP pod_swap_usage_bytes [ALPHA] Current amount of the pod swap usage in bytes. Reported only on non-windows systems
            # TYPE pod_swap_usage_bytes gauge
            pod_swap_usage_bytes{namespace="shop",pod="web\"1"} 0 1700000000500
            # HELP resource_scrape_error [STABLE] 1 if there was an error while getting container metrics, 0 otherwise
            # TYPE resource_scrape_error gauge
            resource_scrape_error 0

            """;
        Assert.Equal(Expected, Encoding.UTF8.GetString(ResourceMetrics.Write(Reading).Span));
    }

    [Fact]
    public void What_could_not_be_read_of_a_container_is_an_error_and_no_zero()
    {
        var blind = Reading with { Pods = [Reading.Pods[0] with { Containers = [Reading.Pods[0].Containers[0] with { Usage = new(CgroupUsage.None, null) }] }] };
        var text = Encoding.UTF8.GetString(ResourceMetrics.Write(blind).Span);
        Assert.Contains("resource_scrape_error 1\n", text);
        Assert.DoesNotContain("container_cpu_usage_seconds_total", text);
    }

    [Fact]
    public void The_summary_has_the_node_and_its_pods()
    {
        var summary = JsonNode.Parse(Summary.Write("node-1", Reading).Span)!;
        var node = summary["node"]!;
        Assert.Equal("node-1", (string?)node["nodeName"]);
        Assert.Equal((7_000_000_000, 250_000_000), ((long?)node["cpu"]!["usageCoreNanoSeconds"], (long?)node["cpu"]!["usageNanoCores"]));
        Assert.Equal((400, 600), ((long?)node["memory"]!["availableBytes"], (long?)node["memory"]!["workingSetBytes"]));
        Assert.Equal(("eth0", 5), ((string?)node["network"]!["name"], (long?)node["network"]!["rxBytes"]));
        Assert.Equal((500_000, 100), ((long?)node["fs"]!["usedBytes"], (long?)node["fs"]!["inodesUsed"]));
        Assert.Equal((32768, 123), ((long?)node["rlimit"]!["maxpid"], (long?)node["rlimit"]!["curproc"]));

        var pod = summary["pods"]![0]!;
        Assert.Equal("""{"name":"web\u00221","namespace":"shop","uid":"u1"}""", pod["podRef"]!.ToJsonString());
        Assert.Null(pod["cpu"]!["usageNanoCores"]);
        Assert.Equal((40, 82, 4), ((long?)pod["memory"]!["availableBytes"], (long?)pod["ephemeral-storage"]!["usedBytes"], (long?)pod["ephemeral-storage"]!["inodesUsed"]));
        Assert.Equal(3, (long?)pod["process_stats"]!["process_count"]);
        var container = pod["containers"]![0]!;
        Assert.Equal(("app", "2023-11-14T22:12:20Z"), ((string?)container["name"], (string?)container["startTime"]));
        Assert.Equal((77, 5), ((long?)container["rootfs"]!["usedBytes"], (long?)container["logs"]!["usedBytes"]));
    }

    private static ContainerRecord ContainerOf(string name) => new(
        "c1", "s1", new PodIdentity("shop", "web", "u1"), name, 0, ContainerRunState.Running, At.AddMinutes(-1), At.AddMinutes(-1), null, 0, null, null, "image", "id", "/log", null, "");
}
