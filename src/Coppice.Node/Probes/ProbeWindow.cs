using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Node.Probes;

/// <summary>The result of a probe's thresholds.</summary>
public enum ProbeResult
{
    /// <summary>Not yet decided.</summary>
    Unknown,

    Success,

    Failure,
}

/// <summary>
/// Counts attempts against a probe's thresholds: so many equal ones in a row change the result. Before that, a readiness probe
/// counts as failed, a liveness probe as passed, and a startup probe as undecided. Immutable.
/// </summary>
public sealed record ProbeWindow(ProbeResult Result, bool LastSucceeded, int InARow)
{
    public static ProbeWindow For(ProbeType type) => new(
        type switch { ProbeType.Readiness => ProbeResult.Failure, ProbeType.Liveness => ProbeResult.Success, _ => ProbeResult.Unknown }, false, 0);

    public ProbeWindow After(ProbeOutcome outcome, Probe probe)
    {
        var inARow = InARow > 0 && LastSucceeded == outcome.Succeeded ? InARow + 1 : 1;
        var needed = outcome.Succeeded ? ProbeTimes.SuccessThreshold(probe) : ProbeTimes.FailureThreshold(probe);
        var result = inARow < needed ? Result : outcome.Succeeded ? ProbeResult.Success : ProbeResult.Failure;
        return new ProbeWindow(result, outcome.Succeeded, inARow);
    }
}

/// <summary>A probe's numbers, with Kubernetes' defaults where it has none.</summary>
public static class ProbeTimes
{
    public static TimeSpan InitialDelay(Probe probe) => Spans.Seconds(probe.InitialDelaySeconds);

    public static TimeSpan Period(Probe probe) => Spans.Seconds(probe.PeriodSeconds > 0 ? probe.PeriodSeconds : 10);

    public static TimeSpan Timeout(Probe probe) => Spans.Seconds(probe.TimeoutSeconds > 0 ? probe.TimeoutSeconds : 1);

    public static int SuccessThreshold(Probe probe) => Math.Max(1, probe.SuccessThreshold);

    public static int FailureThreshold(Probe probe) => probe.FailureThreshold > 0 ? probe.FailureThreshold : 3;
}

/// <summary>When probes are made beyond what the pod says.</summary>
public sealed record ProbeOptions
{
    /// <summary>
    /// A readiness probe without an initial delay that has never succeeded yet is repeated as often as this during
    /// <see cref="EagerFor"/>, so that a container is ready when it is, and not at its next period. It goes beyond Kubernetes, but
    /// can only make a pod ready sooner: the failures in between are not reported. Zero turns it off.
    /// </summary>
    public TimeSpan EagerPeriod { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Counted from the first attempt.</summary>
    public TimeSpan EagerFor { get; init; } = TimeSpan.FromSeconds(1);
}
