using Coppice.Objects;

namespace Coppice.Node.Probes;

/// <summary>A probe's new report.</summary>
/// <param name="Outcome">The attempt's own.</param>
/// <param name="Result">What the thresholds make of all of them.</param>
/// <param name="ResultChanged">False for what is only worth an event ("Liveness probe failed: …").</param>
public sealed record ProbeReport(
    string PodUid, string Container, string ContainerId, ProbeType Type, ProbeOutcome Outcome, ProbeResult Result, bool ResultChanged);

/// <summary>
/// One probe of one running container: waits for its initial delay (and, for all but startup, until the container is started),
/// then asks at its period and reports. It ends when it is stopped, and a startup or liveness probe with its result.
/// </summary>
/// <param name="report">Takes failures, warnings, and changes of the result, in order.</param>
public sealed class ProbeLoop(string podUid, IProber prober, ProbeOptions options, TimeProvider time, Action<ProbeReport> report)
{
    /// <param name="startedAt">When the container started; the initial delay counts from it.</param>
    /// <param name="started">Completes when the startup probe has succeeded; completed where there is none.</param>
    public async Task RunAsync(ProbeRequest request, DateTimeOffset startedAt, Task started, CancellationToken stop)
    {
        var (type, probe) = (request.Type, request.Probe);
        if (type != ProbeType.Startup)
        {
            await started.WaitAsync(stop);
        }
        // After startup, readiness is asked at once, as the kubelet does.
        var delay = ProbeTimes.InitialDelay(probe);
        var left = startedAt + delay - time.GetUtcNow();
        // No longer than the delay itself, if the clock was set back after the container's start.
        await Spans.DelayAsync(left < delay ? left : delay, time, stop);

        var window = ProbeWindow.For(type);
        var isEager = type == ProbeType.Readiness && probe.InitialDelaySeconds == 0 && options.EagerPeriod > TimeSpan.Zero;
        var first = time.GetTimestamp();
        while (!stop.IsCancellationRequested)
        {
            var began = time.GetTimestamp();
            var outcome = await prober.ProbeAsync(request, stop);
            stop.ThrowIfCancellationRequested();
            isEager &= !outcome.Succeeded && time.GetElapsedTime(first) < options.EagerFor;
            if (isEager)
            {
                await Spans.DelayAsync(options.EagerPeriod - time.GetElapsedTime(began), time, stop);
                continue;
            }

            var next = outcome.IsError ? window : window.After(outcome, probe);
            var changed = next.Result != window.Result;
            window = next;
            if (changed || outcome is not { Succeeded: true, Message: "" })
            {
                report(new ProbeReport(podUid, request.Container.Name, request.ContainerId, type, outcome, window.Result, changed));
            }

            if (changed && IsFinal(type, window.Result))
            {
                return;
            }

            await Spans.DelayAsync(ProbeTimes.Period(probe) - time.GetElapsedTime(began), time, stop);
        }
    }

    // The container is killed after these; the next one gets loops of its own.
    private static bool IsFinal(ProbeType type, ProbeResult result) =>
        type == ProbeType.Startup || (type == ProbeType.Liveness && result == ProbeResult.Failure);
}
