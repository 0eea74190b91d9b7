using Coppice.Objects.Core;

namespace Coppice.Node.Probes;

/// <summary>All probes of one running container: starts their loops, lets the startup probe hold back the others.</summary>
public sealed class ContainerProbes : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    // Continues inline: over the thread pool, a simulation on one thread could not order what follows.
    private readonly TaskCompletionSource _started = new();

    /// <param name="report">Takes every report, in order; called on the loops' own scheduler.</param>
    /// <param name="broken">Takes what a loop died of, which is a fault in coppice.</param>
    public ContainerProbes(ProbeSubject subject, IProber prober, ProbeOptions options, TimeProvider time, Action<ProbeReport> report, Action<Exception> broken)
    {
        var container = subject.Container;
        if (container.StartupProbe is null)
        {
            _started.TrySetResult();
        }

        var loop = new ProbeLoop(subject.PodUid, prober, options, time, one =>
        {
            if (one is { Type: ProbeType.Startup, Result: ProbeResult.Success })
            {
                _started.TrySetResult();
            }

            report(one);
        });
        foreach (var (type, probe) in Probes(container))
        {
            var request = new ProbeRequest(type, probe, container, subject.ContainerId, subject.Address);
            _ = RunAsync(loop, request, subject.StartedAt, broken);
        }
    }

    /// <summary>Ends all loops; nothing is reported after it returns, but what an attempt under way has already begun to report.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }

    private static IEnumerable<(ProbeType Type, Probe Probe)> Probes(Container container)
    {
        if (container.StartupProbe is { } startup)
        {
            yield return (ProbeType.Startup, startup);
        }

        if (container.ReadinessProbe is { } readiness)
        {
            yield return (ProbeType.Readiness, readiness);
        }

        if (container.LivenessProbe is { } liveness)
        {
            yield return (ProbeType.Liveness, liveness);
        }
    }

    private async Task RunAsync(ProbeLoop loop, ProbeRequest request, DateTimeOffset startedAt, Action<Exception> broken)
    {
        var token = _stop.Token;
        try
        {
            await loop.RunAsync(request, startedAt, _started.Task, token);
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            // Stopped with its container.
        }
        catch (Exception failed)
        {
            broken(failed);
        }
    }
}

/// <summary>A running container to probe.</summary>
public sealed record ProbeSubject(string PodUid, Container Container, string ContainerId, string Address, DateTimeOffset StartedAt);
