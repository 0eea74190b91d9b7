using Coppice.Simulation.World;
using Coppice.Testing;

namespace Coppice.Simulation.Faults;

/// <summary>Clocks that go wrong: set forward or back by seconds, minutes or hours, and put right after a while or, like a forgotten one, never.</summary>
internal sealed class Clocks(SimulatedCluster cluster, Chronicle chronicle, Random random)
{
    public void SetServers() => Set("the server's clock", cluster.Clock);

    public void SetMachines()
    {
        var machine = cluster.Machines[random.Next(cluster.Machines.Count)];
        Set($"the clock of {machine.Name}", machine.Clock);
    }

    private void Set(string whose, SettableClock clock)
    {
        var by = TimeSpan.FromSeconds(random.Next(1, random.Next(3) switch { 0 => 20, 1 => 600, _ => 20_000 }) * (random.Next(2) == 0 ? 1 : -1));
        chronicle.Note($"sets {whose} by {by}");
        clock.Ahead += by;
        if (random.Next(2) == 0)
        {
            chronicle.After(5, 3600, $"puts {whose} right", () => clock.Ahead = TimeSpan.Zero);
        }
    }
}
