using Coppice.Client.Metrics;
using Coppice.Objects.Core;

namespace Coppice.Node.Pods;

/// <summary>How long pods took to start, under the names that a kubelet has. For any thread.</summary>
public sealed class PodStarts(TimeProvider time)
{
    // Seconds: Kubernetes' own.
    private static readonly double[] Bounds = [0.5, 1, 2, 3, 4, 5, 6, 8, 10, 20, 30, 45, 60, 120, 180, 240, 300, 360, 480, 600, 900, 1200, 1800, 2700, 3600];

    private readonly Histogram _sinceSeen = new(Bounds);
    private readonly Histogram _ofOurs = new(Bounds);
    private readonly Histogram _sinceMade = new(Bounds);

    public void WriteTo(MetricsText text)
    {
        _sinceSeen.WriteTo(text.Histogram(
            "kubelet_pod_start_duration_seconds", "[ALPHA] Duration in seconds from kubelet seeing a pod for the first time to the pod starting to run"));
        _ofOurs.WriteTo(text.Histogram(
            "kubelet_pod_start_sli_duration_seconds",
            "[ALPHA] Duration in seconds to start a pod, excluding time to pull images and run init containers, measured from pod creation timestamp to when all its containers are reported as started and observed via watch"));
        _sinceMade.WriteTo(text.Histogram(
            "kubelet_pod_start_total_duration_seconds",
            "[ALPHA] Duration in seconds to start a pod since creation, including time to pull images and run init containers, measured from pod creation timestamp to when all its containers are reported as started and observed via watch"));
    }

    /// <summary>A pod is seen for the first time.</summary>
    /// <returns>Null for one that was begun before us: what was done for it, and how long that took, nobody knows.</returns>
    internal PodStart? Begin(Pod pod) => pod.Status.StartTime is null && pod.Metadata.CreationTimestamp is { } made ? new PodStart(this, made, time) : null;

    internal void Add(TimeSpan sinceSeen, TimeSpan sinceMade, TimeSpan ofOthers)
    {
        _sinceSeen.Observe(sinceSeen);
        _sinceMade.Observe(NotNegative(sinceMade));
        _ofOurs.Observe(NotNegative(sinceMade - ofOthers));
    }

    // Another machine's clock may have dated the pod.
    private static TimeSpan NotNegative(TimeSpan span) => span > TimeSpan.Zero ? span : TimeSpan.Zero;
}
