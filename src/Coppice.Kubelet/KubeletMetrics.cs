using Coppice.Node.Runtime;

namespace Coppice.Kubelet;

/// <summary>/metrics: what the agent knows of itself. Only what is measured is said.</summary>
public static class KubeletMetrics
{
    public static ReadOnlyMemory<byte> Write(KubeletNode node, ProcessFigures process)
    {
        var text = new MetricsText();
        var views = node.Workers().Select(one => one.View).ToList();
        text.Gauge("kubelet_node_name", "[ALPHA] The node's name. The count is always 1.").Sample(1, null, ("node", node.Name));
        text.Gauge("kubelet_running_pods", "[BETA] Number of pods that have a running pod sandbox")
            .Sample(views.Count(one => one.Sandbox is { State: SandboxState.Ready }), null);
        var containers = text.Gauge("kubelet_running_containers", "[BETA] Number of containers currently running");
        foreach (var state in views.SelectMany(one => one.Containers).GroupBy(one => one.State).OrderBy(one => one.Key.ToString(), StringComparer.Ordinal))
        {
            containers.Sample(state.Count(), null, ("container_state", state.Key.ToString().ToLowerInvariant()));
        }

        text.Counter("process_cpu_seconds_total", "Total user and system CPU time spent in seconds.").Sample(process.CpuSeconds, null);
        text.Gauge("process_open_fds", "Number of open file descriptors.").Sample(process.OpenFiles, null);
        text.Gauge("process_resident_memory_bytes", "Resident memory size in bytes.").Sample(process.ResidentBytes, null);
        text.Gauge("process_start_time_seconds", "Start time of the process since unix epoch in seconds.").Sample(process.StartedAt.ToUnixTimeMilliseconds() / 1e3, null);
        text.Gauge("process_virtual_memory_bytes", "Virtual memory size in bytes.").Sample(process.VirtualBytes, null);
        return text.ToBytes();
    }
}
