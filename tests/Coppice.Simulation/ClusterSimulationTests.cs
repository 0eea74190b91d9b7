using System.Globalization;

namespace Coppice.Simulation;

public sealed class ClusterSimulationTests
{
    private const int SeedsARun = 6;
    private const int ActsASeed = 25;

    /// <summary>The seeds of this run: a few fixed ones, or the one that COPPICE_SEED names.</summary>
    public static TheoryData<int> Seeds => Setting("COPPICE_SEED") is { } seed ? [seed] : [.. Enumerable.Range(1, SeedsARun)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_cluster_comes_to_rest_as_it_was_asked_whatever_happened_to_it(int seed)
    {
        Assert.NotEmpty(SimulationRun.Run(seed, Setting("COPPICE_ACTS") ?? ActsASeed));
    }

    [Fact]
    public void The_same_seed_lives_the_same_life()
    {
        var first = SimulationRun.Run(7, 20);
        var second = SimulationRun.Run(7, 20);
        var parting = first.Zip(second).TakeWhile(w => w.First == w.Second).Count();
        Assert.True(
            first.Count == second.Count && parting == first.Count,
            $"write {parting} differs: {first.ElementAtOrDefault(parting)} and then {second.ElementAtOrDefault(parting)}");
    }

    [Fact]
    public void Another_seed_lives_another_life()
    {
        Assert.NotEqual(SimulationRun.Run(8, 3), SimulationRun.Run(9, 3));
    }

    private static int? Setting(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) ? value : null;
}
