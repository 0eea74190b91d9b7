using Coppice.Node.Host;
using Coppice.Node.Runtime;
using Coppice.Node.Status;

namespace Coppice.Simulation.World;

/// <summary>A simulated machine as its agent sees it: always the same machine, whose containers run while its runtime answers.</summary>
internal sealed class SimulatedObserver(SimulatedMachine machine) : INodeObserver
{
    public const int Processors = 4;
    public const long MemoryBytes = 8L << 30;
    public const long DiskBytes = 100L << 30;

    public static FileSystemSpace Disk(bool isFull) =>
        isFull ? new(DiskBytes, DiskBytes / 20, DiskBytes * 19 / 20, 0, 0) : new(DiskBytes, DiskBytes / 2, DiskBytes / 2, 0, 0);

    public ValueTask<NodeFacts> FactsAsync(CancellationToken stop) =>
        ValueTask.FromResult(new NodeFacts(machine.Name, [machine.Address], Processors, MemoryBytes, DiskBytes, [], new() { KubeletVersion = "v1.36.0" }));

    public async ValueTask<MachineHealth> HealthAsync(CancellationToken stop)
    {
        var health = MachineHealth.Good with { Pressures = (await machine.Pressure.LookAsync(stop)).Conditions };
        try
        {
            await machine.Runtime.ListAsync(stop);
            return health;
        }
        catch (RuntimeException e)
        {
            return health with { RuntimeProblem = e.Message };
        }
    }
}
