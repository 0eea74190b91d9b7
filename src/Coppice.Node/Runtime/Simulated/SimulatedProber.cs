using Coppice.Node.Probes;

namespace Coppice.Node.Runtime.Simulated;

/// <summary>Probes that ask the simulated runtime whether the container would answer.</summary>
public sealed class SimulatedProber(SimulatedRuntime runtime) : IProber
{
    public ValueTask<ProbeOutcome> ProbeAsync(ProbeRequest request, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        return ValueTask.FromResult(runtime.Answers(request.ContainerId) ? ProbeOutcome.Success : ProbeOutcome.Failure("HTTP probe failed with statuscode: 503"));
    }
}
