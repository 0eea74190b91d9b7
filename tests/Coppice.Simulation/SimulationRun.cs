using Coppice.Simulation.Checks;
using Coppice.Simulation.Faults;
using Coppice.Simulation.World;

namespace Coppice.Simulation;

/// <summary>One life of a simulated cluster: a number of acts with safety checked at every moment, then peace, then rest.</summary>
internal static class SimulationRun
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(10);

    /// <returns>The history of the run: every write, in order.</returns>
    public static IReadOnlyList<string> Run(int seed, int acts)
    {
        var cluster = new SimulatedCluster(seed, 1 + seed % 3);
        var doings = new Acts(cluster);
        var safety = new Safety(cluster);
        try
        {
            cluster.Loop.RunFor(TimeSpan.FromSeconds(5));
            for (var act = 0; act < acts; act++)
            {
                doings.DoOne();
                Pass(cluster, safety, TimeSpan.FromMilliseconds(cluster.Random.Next(10, cluster.Random.Next(4) == 0 ? 120_000 : 5_000)));
            }

            doings.Heal();
            Settle(cluster, safety);
            cluster.Stop();
            return cluster.History();
        }
        catch (Exception e) when (e is not SimulationException)
        {
            throw new SimulationException(seed, acts, e.Message, doings.Done, [.. cluster.History().TakeLast(12)], e);
        }
    }

    private static void Pass(SimulatedCluster cluster, Safety safety, TimeSpan duration) =>
        cluster.Loop.RunUntil(
            () =>
            {
                safety.Check();
                return false;
            },
            duration);

    private static void Settle(SimulatedCluster cluster, Safety safety)
    {
        var end = cluster.Loop.Time.GetUtcNow() + Patience;
        while (Rest.Missing(cluster) is { Count: > 0 } missing)
        {
            if (cluster.Loop.Time.GetUtcNow() > end)
            {
                throw new InvalidOperationException($"not at rest after {Patience.TotalMinutes} quiet minutes:\n  {string.Join("\n  ", missing)}");
            }

            Pass(cluster, safety, Step);
        }

        // Rest is where it stays.
        Pass(cluster, safety, TimeSpan.FromMinutes(2));
        if (Rest.Missing(cluster) is { Count: > 0 } disturbed)
        {
            throw new InvalidOperationException($"came to rest, and left it with nobody's doing:\n  {string.Join("\n  ", disturbed)}");
        }
    }
}

/// <summary>A run failed: what went wrong, what was done before, and how to see it again.</summary>
internal sealed class SimulationException(int seed, int acts, string problem, IReadOnlyList<string> done, IReadOnlyList<string> writes, Exception inner) : Exception(
    $"""
    seed {seed}: {problem}
    to see it again: COPPICE_SEED={seed} COPPICE_ACTS={acts} dotnet run --project tests/Coppice.Simulation
    what was done:
      {string.Join("\n  ", done)}
    what was written last:
      {string.Join("\n  ", writes)}
    """,
    inner);
