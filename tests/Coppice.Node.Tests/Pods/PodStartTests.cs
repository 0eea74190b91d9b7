using System.Text;
using Coppice.Client.Metrics;
using Coppice.Node.Images;
using Coppice.Node.Pods;
using Coppice.Objects.Core;
using Coppice.Testing;

namespace Coppice.Node.Tests.Pods;

/// <summary>What the node tells of how long pods took to start.</summary>
public sealed class PodStartTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly PodStarts _starts;

    public PodStartTests() => _starts = new(_time);

    [Fact]
    public void A_start_lasts_from_the_pod_s_making_until_all_its_containers_are_reported_as_running()
    {
        var start = Begin(made: TimeSpan.FromSeconds(-2))!;
        start.Told("app", new("Normal", ImageEvent.Pulling, "…"));
        _time.Advance(TimeSpan.FromSeconds(30));
        start.Told("app", new("Normal", "Pulled", "…"));
        var began = _time.GetUtcNow();
        _time.Advance(TimeSpan.FromSeconds(10));
        var prepared = new ContainerStatus { Name = "prepare", State = new() { Terminated = new() { StartedAt = began, FinishedAt = _time.GetUtcNow() } } };
        start.Reported(new() { InitContainerStatuses = [prepared], ContainerStatuses = [new() { Name = "app" }] });
        Assert.Equal(0, Count());

        _time.Advance(TimeSpan.FromSeconds(1));
        var running = new PodStatus { InitContainerStatuses = [prepared], ContainerStatuses = [new() { Name = "app", State = new() { Running = new() { StartedAt = _time.GetUtcNow() } } }] };
        start.Reported(running);
        Assert.Equal((41, 43, 3), (Sum("kubelet_pod_start_duration_seconds"), Sum("kubelet_pod_start_total_duration_seconds"), Sum("kubelet_pod_start_sli_duration_seconds")));

        // Once a pod, however often it is reported, and restarted.
        start.Reported(running);
        Assert.Equal(1, Count());
    }

    [Fact]
    public void Of_a_pod_that_was_begun_before_nothing_is_measured() => Assert.Null(_starts.Begin(new()
    {
        Metadata = new() { CreationTimestamp = _time.GetUtcNow() },
        Status = new() { StartTime = _time.GetUtcNow() },
    }));

    private PodStart? Begin(TimeSpan made) => _starts.Begin(new() { Metadata = new() { CreationTimestamp = _time.GetUtcNow() + made } });

    private double Count() => Value("kubelet_pod_start_total_duration_seconds_count");

    private double Sum(string name) => Value($"{name}_sum");

    private double Value(string name)
    {
        var text = new MetricsText();
        _starts.WriteTo(text);
        var line = Encoding.UTF8.GetString(text.ToBytes().Span).Split('\n').FirstOrDefault(line => line.StartsWith(name + " ", StringComparison.Ordinal));
        return line is null ? 0 : double.Parse(line.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
    }
}
