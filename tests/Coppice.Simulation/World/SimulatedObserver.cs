using Coppice.Node.Runtime;
using Coppice.Node.Runtime.Simulated;
using Coppice.Node.Status;

namespace Coppice.Simulation.World;

/// <summary>A simulated machine as its agent sees it: always the same machine, whose containers run while its runtime answers.</summary>
internal sealed class SimulatedObserver(string name, string address, SimulatedRuntime runtime) : INodeObserver
{
    public const int Processors = 4;
    public const long MemoryBytes = 8L << 30;

    public ValueTask<NodeFacts> FactsAsync(CancellationToken stop) =>
        ValueTask.FromResult(new NodeFacts(name, [address], Processors, MemoryBytes, 100L << 30, [], new() { KubeletVersion = "v1.36.0" }));

    public async ValueTask<NodeHealth> HealthAsync(CancellationToken stop)
    {
        try
        {
            await runtime.ListAsync(stop);
            return NodeHealth.Good;
        }
        catch (RuntimeException e)
        {
            return NodeHealth.Good with { RuntimeProblem = e.Message };
        }
    }
}
