using Coppice.Objects.Core;

namespace Coppice.Node.Probes;

public enum ProbeType
{
    Startup,
    Liveness,
    Readiness,
}

/// <summary>What one attempt gave. The message is Kubernetes' own; after a success there is one only if somebody should look at it.</summary>
/// <param name="IsError">It could not be made at all (the runtime was away): it counts neither as success nor as failure.</param>
public sealed record ProbeOutcome(bool Succeeded, string Message, bool IsError = false)
{
    public static readonly ProbeOutcome Success = new(true, "");

    /// <summary>A success that is worth an event.</summary>
    public static ProbeOutcome Warning(string message) => new(true, message);

    public static ProbeOutcome Failure(string message) => new(false, message);

    public static ProbeOutcome Error(string message) => new(false, message, true);
}

/// <summary>One attempt to make.</summary>
/// <param name="ContainerId">The running container's id in the runtime, for exec.</param>
/// <param name="Address">The pod's address; the host that is asked where the probe names none.</param>
public sealed record ProbeRequest(ProbeType Type, Probe Probe, Container Container, string ContainerId, string Address);

/// <summary>Makes one attempt. The real one asks over the network and the runtime; the simulated one asks the simulation.</summary>
public interface IProber
{
    /// <returns>The outcome, within the probe's time-out. Only a stop throws.</returns>
    ValueTask<ProbeOutcome> ProbeAsync(ProbeRequest request, CancellationToken stop);
}
