using Coppice.Client.Metrics;

namespace Coppice.Controllers.DeviceTaints;

/// <summary>How many pods were driven away by taints of devices, and how fast, under the names that Kubernetes' controller has. For any thread.</summary>
internal sealed class DeviceTaintFigures
{
    private readonly Count _deletions = new();

    // Seconds: 5 ms to 4 min, as Kubernetes has them here.
    private readonly Histogram _latency = new(0.005, 0.025, 0.1, 0.5, 1, 2.5, 10, 30, 60, 120, 180, 240);

    /// <param name="late">Since the pod had to go; a clock that was set back makes it nothing.</param>
    public void Deleted(TimeSpan late)
    {
        _deletions.Add();
        _latency.Observe(late < TimeSpan.Zero ? TimeSpan.Zero : late);
    }

    public void WriteTo(MetricsText text)
    {
        text.Counter("device_taint_eviction_controller_pod_deletions_total", "[ALPHA] Total number of Pods deleted by DeviceTaintEvictionController since its start.").Sample(_deletions.Value, null);
        _latency.WriteTo(text.Histogram(
            "device_taint_eviction_controller_pod_deletion_duration_seconds",
            "[ALPHA] Latency, in seconds, between the time when a device taint effect has been activated and a Pod's deletion via DeviceTaintEvictionController."));
    }
}
