using Coppice.Client.Metrics;
using Coppice.Node.Pods;
using Coppice.Node.Probes;

namespace Coppice.Kubelet;

/// <summary>/metrics/probes: how the probes of the node's containers went.</summary>
public static class ProbeMetrics
{
    public static ReadOnlyMemory<byte> Write(IEnumerable<PodWorker> workers, ProbeTally tally)
    {
        var text = new MetricsText();
        var total = text.Counter("prober_probe_total", "[BETA] Cumulative number of a liveness, readiness or startup probe for a container by result.");
        var pods = workers.ToDictionary(one => one.Pod.Metadata.Uid ?? "", one => one.Pod.Metadata, StringComparer.Ordinal);
        foreach (var (probe, count) in tally.Counts.OrderBy(one => one.Key.PodUid, StringComparer.Ordinal).ThenBy(one => one.Key.Container, StringComparer.Ordinal).ThenBy(one => one.Key.Type))
        {
            if (!pods.TryGetValue(probe.PodUid, out var pod))
            {
                continue;
            }

            foreach (var (result, times) in ((string, long)[])[("failed", count.Failed), ("successful", count.Succeeded), ("unknown", count.Unknown)])
            {
                total.Sample(
                    times == 0 ? null : times, null,
                    ("container", probe.Container), ("namespace", pod.Namespace ?? ""), ("pod", pod.Name ?? ""), ("pod_uid", probe.PodUid),
                    ("probe_type", probe.Type.ToString()), ("result", result));
            }
        }

        return text.ToBytes();
    }
}
