using Coppice.Node.Probes;
using Coppice.Objects.Core;
using Coppice.Testing;

namespace Coppice.Node.Tests.Probes;

public sealed class ProbeLoopTests : IProber
{
    private readonly SimulationLoop _loop = new(new ManualTimeProvider());
    private readonly List<string> _reports = [];
    private readonly List<(ProbeType Type, double At)> asked = [];
    private readonly DateTimeOffset _began;
    private Func<ProbeType, bool> _healthy = _ => true;

    public ProbeLoopTests() => _began = Now;

    private DateTimeOffset Now => _loop.Time.GetUtcNow();

    [Fact]
    public void Thresholds_decide_and_a_single_answer_does_not()
    {
        var probe = new Probe { FailureThreshold = 3, SuccessThreshold = 2 };
        var window = ProbeWindow.For(ProbeType.Readiness);
        Assert.Equal(ProbeResult.Failure, window.Result);
        window = window.After(ProbeOutcome.Success, probe);
        Assert.Equal(ProbeResult.Failure, window.Result);
        window = window.After(ProbeOutcome.Success, probe);
        Assert.Equal(ProbeResult.Success, window.Result);
        for (var i = 0; i < 2; i++)
        {
            window = window.After(ProbeOutcome.Failure("x"), probe);
        }

        window = window.After(ProbeOutcome.Success, probe);
        Assert.Equal(ProbeResult.Success, window.Result);
        for (var i = 0; i < 3; i++)
        {
            window = window.After(ProbeOutcome.Failure("x"), probe);
        }

        Assert.Equal(ProbeResult.Failure, window.Result);
    }

    [Fact]
    public void Liveness_waits_its_delay_then_asks_at_its_period_and_ends_with_the_third_failure()
    {
        _healthy = _ => Now - _began < TimeSpan.FromSeconds(20);
        using var probes = Start("""{"livenessProbe":{"initialDelaySeconds":5,"periodSeconds":10,"failureThreshold":3}}""");
        _loop.RunFor(TimeSpan.FromSeconds(60));
        Assert.Equal([5, 15, 25, 35, 45], asked.Select(one => one.At));
        Assert.Equal(["Liveness Success sick", "Liveness Success sick", "Liveness Failure! sick"], _reports);
    }

    [Fact]
    public void The_startup_probe_holds_back_the_others()
    {
        _healthy = type => type != ProbeType.Startup || Now - _began >= TimeSpan.FromSeconds(3);
        using var probes = Start("""{"startupProbe":{"periodSeconds":1,"failureThreshold":30},"readinessProbe":{"periodSeconds":5},"livenessProbe":{"periodSeconds":5}}""");
        _loop.RunFor(TimeSpan.FromSeconds(4));
        Assert.Equal([0, 1, 2, 3], asked.Where(one => one.Type == ProbeType.Startup).Select(one => one.At));
        Assert.Equal([3], asked.Where(one => one.Type == ProbeType.Readiness).Select(one => one.At));
        Assert.Contains("Startup Success! ", _reports);
        Assert.Contains("Readiness Success! ", _reports);
    }

    [Fact]
    public void A_container_that_comes_up_fast_is_ready_fast()
    {
        _healthy = _ => Now - _began >= TimeSpan.FromMilliseconds(250);
        using var probes = Start("""{"readinessProbe":{"periodSeconds":10}}""");
        _loop.RunFor(TimeSpan.FromSeconds(0.35));
        Assert.Equal(["Readiness Success! "], _reports);
        Assert.Equal(0.3, asked[^1].At, 3);
    }

    [Fact]
    public void A_container_that_started_in_the_future_is_asked_after_its_delay()
    {
        using var probes = Start("""{"livenessProbe":{"initialDelaySeconds":5,"periodSeconds":10}}""", startedAt: _began.AddHours(1));
        _loop.RunFor(TimeSpan.FromSeconds(16));
        Assert.Equal([5, 15], asked.Select(one => one.At));
    }

    [Fact]
    public void Nothing_is_asked_after_the_end()
    {
        var probes = Start("""{"readinessProbe":{"periodSeconds":1}}""");
        _loop.RunFor(TimeSpan.FromSeconds(2));
        probes.Dispose();
        var before = asked.Count;
        _loop.RunFor(TimeSpan.FromSeconds(5));
        Assert.Equal(before, asked.Count);
    }

    public ValueTask<ProbeOutcome> ProbeAsync(ProbeRequest request, CancellationToken stop)
    {
        asked.Add((request.Type, (Now - _began).TotalSeconds));
        return ValueTask.FromResult(_healthy(request.Type) ? ProbeOutcome.Success : ProbeOutcome.Failure("sick"));
    }

    private ContainerProbes Start(string container, DateTimeOffset? startedAt = null)
    {
        ContainerProbes? probes = null;
        _loop.Start(() =>
        {
            probes = new ContainerProbes(
                new ProbeSubject("u1", Given.Read<Container>(container), "c1", "10.0.0.1", startedAt ?? _began), this, new ProbeOptions(), _loop.Time,
                one => _reports.Add($"{one.Type} {one.Result}{(one.ResultChanged ? "!" : "")} {one.Outcome.Message}"), failed => _reports.Add(failed.ToString()));
            return Task.CompletedTask;
        });
        _loop.RunUntilIdle();
        return probes!;
    }
}
