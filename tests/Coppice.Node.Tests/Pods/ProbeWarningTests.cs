using Coppice.Node.Probes;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Node.Tests.Pods;

public sealed class ProbeWarningTests
{
    [Fact]
    public void A_probe_that_succeeds_with_a_warning_is_told_of_and_restarts_nothing()
    {
        using var node = new TestNode { Prober = new Elsewhere() }.Start();
        var probe = new Probe { HttpGet = new HTTPGetAction { Port = 80 }, PeriodSeconds = 5, FailureThreshold = 1 };
        node.Create("web", "server:1", one => one with { ReadinessProbe = probe, LivenessProbe = probe });
        node.Advance(11);

        Assert.True(node.IsReady("web"));
        Assert.Equal(0, node.Main("web").RestartCount);
        Assert.Equal(3, node.Events.Told.Count(one => one == "Warning ProbeWarning: Liveness probe warning: Probe terminated redirects, Response body: moved"));
        Assert.DoesNotContain(node.Events.Told, one => one.Contains("Unhealthy", StringComparison.Ordinal));
    }

    private sealed class Elsewhere : IProber
    {
        public ValueTask<ProbeOutcome> ProbeAsync(ProbeRequest request, CancellationToken stop) =>
            ValueTask.FromResult(ProbeOutcome.Warning("Probe terminated redirects, Response body: moved"));
    }
}
