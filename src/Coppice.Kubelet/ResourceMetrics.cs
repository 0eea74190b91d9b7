using Coppice.Client.Metrics;
using Coppice.Node.Stats;

namespace Coppice.Kubelet;

/// <summary>/metrics/resource: what the node, its pods and containers use, for metrics-server and autoscalers. Pure.</summary>
public static class ResourceMetrics
{
    private const double NanosecondsPerSecond = 1e9;

    public static ReadOnlyMemory<byte> Write(NodeReading reading)
    {
        var text = new MetricsText();
        var at = reading.At;
        var containerCpu = text.Counter("container_cpu_usage_seconds_total", "[STABLE] Cumulative cpu time consumed by the container in core-seconds");
        var containerMemory = text.Gauge("container_memory_working_set_bytes", "[STABLE] Current working set of the container in bytes");
        var containerStart = text.Gauge("container_start_time_seconds", "[STABLE] Start time of the container since unix epoch in seconds");
        var containerSwap = text.Gauge("container_swap_usage_bytes", "[ALPHA] Current amount of the container swap usage in bytes. Reported only on non-windows systems");
        var podCpu = text.Counter("pod_cpu_usage_seconds_total", "[STABLE] Cumulative cpu time consumed by the pod in core-seconds");
        var podMemory = text.Gauge("pod_memory_working_set_bytes", "[STABLE] Current working set of the pod in bytes");
        var podSwap = text.Gauge("pod_swap_usage_bytes", "[ALPHA] Current amount of the pod swap usage in bytes. Reported only on non-windows systems");
        foreach (var pod in reading.Pods)
        {
            (string, string) ns = ("namespace", pod.Pod.Metadata.Namespace ?? ""), name = ("pod", pod.Pod.Metadata.Name ?? "");
            foreach (var (container, _, usage, _, _) in pod.Containers)
            {
                (string, string) own = ("container", container.Name);
                containerCpu.Sample(Seconds(usage), at, own, ns, name);
                containerMemory.Sample(usage.Totals.Memory?.WorkingSet, at, own, ns, name);
                containerStart.Sample(container.StartedAt?.ToUnixTimeMilliseconds() / 1e3, null, own, ns, name);
                containerSwap.Sample(usage.Totals.Memory?.Swap, at, own, ns, name);
            }

            podCpu.Sample(Seconds(pod.Usage), at, ns, name);
            podMemory.Sample(pod.Usage.Totals.Memory?.WorkingSet, at, ns, name);
            podSwap.Sample(pod.Usage.Totals.Memory?.Swap, at, ns, name);
        }

        text.Counter("node_cpu_usage_seconds_total", "[STABLE] Cumulative cpu time consumed by the node in core-seconds").Sample(Seconds(reading.Usage), at);
        text.Gauge("node_memory_working_set_bytes", "[STABLE] Current working set of the node in bytes").Sample(reading.Usage.Totals.Memory?.WorkingSet, at);
        text.Gauge("node_swap_usage_bytes", "[ALPHA] Current swap usage of the node in bytes. Reported only on non-windows systems").Sample(reading.Usage.Totals.Memory?.Swap, at);

        // Those that run and about which the kernel says nothing are what could not be read.
        var isWrong = reading.Usage.Totals.CpuNanoseconds is null || reading.Pods.Any(pod => pod.Containers.Any(one => one.Usage.Totals.CpuNanoseconds is null));
        text.Gauge("resource_scrape_error", "[STABLE] 1 if there was an error while getting container metrics, 0 otherwise").Sample(isWrong ? 1 : 0, null);
        return text.ToBytes();
    }

    internal static double? Seconds(Usage usage) => usage.Totals.CpuNanoseconds / NanosecondsPerSecond;
}
