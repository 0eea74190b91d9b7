using Coppice.Objects;
using Coppice.Simulation.Checks;
using Coppice.Simulation.Faults;
using Coppice.Simulation.World;

namespace Coppice.Simulation;

/// <summary>
/// One life of a simulated cluster: acts with hours between some of them and safety checked all along, then peace, then rest, then
/// a rollout of everything in peace, and a drain.
/// </summary>
internal sealed class SimulationRun
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(40);
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan DrainPause = TimeSpan.FromSeconds(15);
    private const int DrainRounds = 4;

    private readonly SimulatedCluster _cluster;
    private readonly Acts _acts;
    private readonly Safety _safety;
    private readonly DateTimeOffset _begun;

    private SimulationRun(int seed)
    {
        _cluster = new SimulatedCluster(seed, 1 + (seed % 4));
        _acts = new Acts(_cluster);
        _safety = new Safety(_cluster);
        _begun = _cluster.Loop.Time.GetUtcNow();
    }

    /// <returns>The life of the cluster.</returns>
    public static Life Run(int seed, int acts)
    {
        var run = new SimulationRun(seed);
        using var cluster = run._cluster;
        try
        {
            run.Live(acts);
            return new Life(cluster.History.Lines(), run._cluster.Loop.Time.GetUtcNow() - run._begun);
        }
        catch (Exception e)
        {
            throw new SimulationException(seed, acts, e.Message, run._acts.Chronicle.Done, [.. cluster.History.Lines().TakeLast(12)], e);
        }
    }

    private void Live(int acts)
    {
        _cluster.Loop.RunFor(TimeSpan.FromSeconds(5));
        _acts.Begin();
        for (var act = 0; act < acts; act++)
        {
            _acts.DoOne();
            Pass(Pause());
        }

        _acts.Heal();
        ComeToRest();
        Pass(TimeSpan.FromHours(1));
        StayAtRest("an hour");
        RollOutInPeace();
        DrainInPeace();
        _cluster.Stop();
    }

    // Mostly moments, so that one thing comes upon another; sometimes long enough for all of it to be over.
    private TimeSpan Pause() => TimeSpan.FromMilliseconds(_cluster.Random.Next(10, _cluster.Random.Next(20) switch
    {
        0 => 7_200_000,
        < 5 => 120_000,
        _ => 5_000,
    }));

    private void Pass(TimeSpan duration, Action? check = null)
    {
        var end = _cluster.Loop.Time.GetUtcNow() + duration;
        while (_cluster.Loop.Time.GetUtcNow() < end)
        {
            var until = _acts.Chronicle.NextDue is { } due && due < end ? due : end;
            _cluster.Loop.RunUntil(
                () =>
                {
                    _safety.Check();
                    check?.Invoke();
                    return false;
                },
                until - _cluster.Loop.Time.GetUtcNow());
            _acts.Chronicle.UndoUntil(_cluster.Loop.Time.GetUtcNow());
        }
    }

    private void ComeToRest(Action? check = null)
    {
        var end = _cluster.Loop.Time.GetUtcNow() + Patience;
        while (Rest.Missing(_cluster) is { Count: > 0 } missing)
        {
            if (_cluster.Loop.Time.GetUtcNow() > end)
            {
                throw new InvalidOperationException($"not at rest after {Patience.TotalMinutes} quiet minutes:\n  {string.Join("\n  ", missing)}");
            }

            Pass(Step, check);
        }
    }

    private void StayAtRest(string forHowLong)
    {
        if (Rest.Missing(_cluster) is { Count: > 0 } disturbed)
        {
            throw new InvalidOperationException($"came to rest, and within {forHowLong} left it with nobody's doing:\n  {string.Join("\n  ", disturbed)}");
        }
    }

    private void DrainInPeace()
    {
        var fences = new Fences(_cluster);
        var machine = _cluster.Machines[_cluster.Random.Next(_cluster.Machines.Count)];
        var key = new ObjectKey("", machine.Name);
        _acts.Chronicle.Note($"drains {machine.Name}, in peace");
        _cluster.Change<Objects.Core.Node>(key, n => n with { Spec = n.Spec with { Unschedulable = true } });
        for (var round = 0; round < DrainRounds; round++)
        {
            _acts.Operators.Drain(machine);
            Pass(DrainPause, fences.CheckBudgets);
        }

        _cluster.Change<Objects.Core.Node>(key, n => n with { Spec = n.Spec with { Unschedulable = false } });
        ComeToRest(fences.CheckBudgets);
    }

    private void RollOutInPeace()
    {
        var fences = new Fences(_cluster);
        foreach (var workload in Workload.All(_cluster.Caches).Where(w => w.RollsOut))
        {
            var image = Registry.Good[(Registry.Good.ToList().IndexOf(workload.Image) + 1) % Registry.Good.Count];
            _acts.Chronicle.Note($"rolls {workload} out to {image}, in peace");
            workload.RollOut(_cluster, image);
        }

        ComeToRest(fences.Check);
    }
}

/// <param name="Writes">Every write, in order.</param>
/// <param name="Duration">How long it was, in simulated time.</param>
internal sealed record Life(IReadOnlyList<string> Writes, TimeSpan Duration);

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
