using System.Globalization;
using Coppice.Simulation.World;

namespace Coppice.Simulation.Faults;

/// <summary>What goes wrong between machines and the server. Machines and containers go on meanwhile; what lasts is mended after a while.</summary>
internal sealed class Networks(SimulatedCluster cluster, Chronicle chronicle, Random random)
{
    // By then whoever keeps a connection open has noticed that it is dead.
    private const int NoticedAfterSecondsLeast = 15;
    private const int NoticedAfterSecondsMost = 31;

    /// <summary>For a moment, or for so long that its pods are made elsewhere.</summary>
    public void CutOff() => Break([Draw()]);

    public void CutAllOff() => Break(cluster.Machines);

    public void SlowDown()
    {
        var machine = Draw();
        var takes = TimeSpan.FromMilliseconds(random.Next(50, random.Next(3) == 0 ? 20_000 : 2_000));
        chronicle.Note($"makes the way between {machine.Name} and the API take up to {takes.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s");
        machine.Line.TakesAtMost = takes;
        MendLater([machine], 10, 300);
    }

    public void Repeat()
    {
        var machine = Draw();
        var share = random.NextDouble() * 0.5;
        chronicle.Note($"lets {share:P0} of what {machine.Name} writes arrive twice");
        machine.Line.RepeatedShare = share;
        MendLater([machine], 10, 300);
    }

    /// <summary>In both directions, so that it is noticed at once or not; or in one of them.</summary>
    private void Break(IReadOnlyList<SimulatedMachine> machines)
    {
        var broken = machines.Where(machine => machine.HasPower && machine.Line.IsWhole).ToList();
        if (broken.Count == 0)
        {
            return;
        }

        var way = random.Next(4);
        chronicle.Note(string.Join(" and ", broken.Select(machine => machine.Name)) + way switch
        {
            0 => " are cut off from the API",
            1 => " are cut off from the API, and don't know",
            2 => " cannot reach the API, and hear of it",
            _ => " reach the API, and hear nothing",
        });
        foreach (var machine in broken)
        {
            Break(machine.Line, way);
        }

        if (way > 0)
        {
            chronicle.After(NoticedAfterSecondsLeast, NoticedAfterSecondsMost, "dead connections are given up", () =>
            {
                foreach (var line in broken.Select(machine => machine.Line).Where(line => !line.IsWhole))
                {
                    cluster.Happen(line.DropConnections);
                }
            });
        }

        MendLater(broken, 5, random.Next(3) == 0 ? 60 : 900);
    }

    private void Break(Line line, int way)
    {
        if (way == 0)
        {
            cluster.Happen(line.Cut);
            return;
        }

        line.LosesRequests = way is 1 or 2;
        line.LosesAnswers = way is 1 or 3;
    }

    private void MendLater(IReadOnlyList<SimulatedMachine> machines, int leastSeconds, int mostSeconds) => chronicle.After(
        leastSeconds, mostSeconds, $"the way between {string.Join(" and ", machines.Select(machine => machine.Name))} and the API is whole again", () =>
        {
            foreach (var machine in machines.Where(machine => machine.HasPower))
            {
                machine.Line.Mend();
            }
        });

    private SimulatedMachine Draw() => cluster.Machines[random.Next(cluster.Machines.Count)];
}
