using System.Globalization;

namespace Coppice.Simulation;

public sealed class ClusterSimulationTests
{
    private const int SeedsARun = 5;
    private const int ActsASeed = 30;

    /// <summary>Of lives that have gone wrong once.</summary>
    private static readonly int[] Kept = [82, 231, 332, 619, 704, 708, 1347, 1361];

    /// <summary>The seeds of this run: as many as COPPICE_SEEDS says from COPPICE_FIRST_SEED on, or the one that COPPICE_SEED names; or else some, and those that are kept.</summary>
    public static TheoryData<int> Seeds =>
        Setting("COPPICE_SEED") is { } seed ? [seed]
        : Setting("COPPICE_SEEDS") is { } count ? [.. Enumerable.Range(Setting("COPPICE_FIRST_SEED") ?? 1, count)]
        : [.. Enumerable.Range(1, SeedsARun), .. Kept];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_cluster_comes_to_rest_as_it_was_asked_whatever_happened_to_it(int seed)
    {
        var life = SimulationRun.Run(seed, Setting("COPPICE_ACTS") ?? ActsASeed);
        Assert.True(life.Duration > TimeSpan.FromHours(1), $"the cluster lived for {life.Duration} only");
    }

    [Fact]
    public void The_same_seed_lives_the_same_life()
    {
        var (seed, acts) = (Setting("COPPICE_SEED") ?? 7, Setting("COPPICE_ACTS") ?? 15);
        var first = SimulationRun.Run(seed, acts).Writes;
        var second = SimulationRun.Run(seed, acts).Writes;
        var parting = first.Zip(second).TakeWhile(w => w.First == w.Second).Count();
        Assert.True(
            first.Count == second.Count && parting == first.Count,
            $"write {parting} differs: {first.ElementAtOrDefault(parting)} and then {second.ElementAtOrDefault(parting)}");
    }

    [Fact]
    public void Another_seed_lives_another_life()
    {
        Assert.NotEqual(SimulationRun.Run(8, 2).Writes, SimulationRun.Run(9, 2).Writes);
    }

    private static int? Setting(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) ? value : null;
}
