using Coppice.Client.Metrics;

namespace Coppice.Client;

/// <summary>What a loop has to tell of its queue, under Kubernetes' names. The loop's lock guards the numbers.</summary>
internal sealed class WorkQueueFigures(string name, TimeProvider time)
{
    private static readonly double[] Bounds = Histogram.Growing(1e-8, 10, 12);

    private readonly Histogram _waited = new(Bounds);
    private readonly Histogram _worked = new(Bounds);

    public long Adds { get; set; }

    public long Retries { get; set; }

    public void Waited(long since) => _waited.Observe(time.GetElapsedTime(since));

    public void Worked(long since) => _worked.Observe(time.GetElapsedTime(since));

    /// <param name="running">Since when keys are worked on that are so now.</param>
    public void WriteTo(MetricsText text, int depth, IEnumerable<long> running)
    {
        var label = ("name", name);
        var spans = running.Select(since => time.GetElapsedTime(since).TotalSeconds).ToList();
        text.Counter("workqueue_adds_total", "[BETA] Total number of adds handled by workqueue").Sample(Adds, null, label);
        text.Gauge("workqueue_depth", "[BETA] Current depth of workqueue").Sample(depth, null, label);
        text.Counter("workqueue_retries_total", "[BETA] Total number of retries handled by workqueue").Sample(Retries, null, label);
        text.Gauge("workqueue_longest_running_processor_seconds", "[BETA] How many seconds has the longest running processor for workqueue been running.")
            .Sample(spans.DefaultIfEmpty(0).Max(), null, label);
        text.Gauge("workqueue_unfinished_work_seconds", "[BETA] How many seconds of work has done that is in progress and hasn't been observed by work_duration.")
            .Sample(spans.Sum(), null, label);
        _waited.WriteTo(text.Histogram("workqueue_queue_duration_seconds", "[BETA] How long in seconds an item stays in workqueue before being requested."), label);
        _worked.WriteTo(text.Histogram("workqueue_work_duration_seconds", "[BETA] How long in seconds processing an item from workqueue takes."), label);
    }
}
