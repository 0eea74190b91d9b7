using Coppice.Client.Metrics;
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

        var evictions = text.Counter("kubelet_evictions", "[ALPHA] Cumulative number of pod evictions by eviction signal");
        foreach (var (signal, count) in node.Evictions?.All ?? [])
        {
            evictions.Sample(count, null, ("eviction_signal", signal));
        }

        node.Starts?.WriteTo(text);
        node.Images?.WriteTo(text);
        node.Devices?.WriteTo(text);
        node.Runtime.WriteTo(text);
        process.WriteTo(text);
        return text.ToBytes();
    }
}
