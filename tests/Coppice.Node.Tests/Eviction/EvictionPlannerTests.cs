using System.Globalization;
using Coppice.Node.Eviction;
using Coppice.Node.Pressure;

namespace Coppice.Node.Tests.Eviction;

/// <summary>Whom a node ends that is short of something.</summary>
public sealed class EvictionPlannerTests
{
    private const long Mi = 1L << 20;

    private static readonly Shortfall Memory = new(EvictionSignal.Memory, 80 * Mi, 100 * Mi);
    private static readonly Shortfall Disk = new(EvictionSignal.NodeDisk, 80 * Mi, 100 * Mi);

    [Theory]
    // Who uses more than it asked for goes before who does not, whatever their priorities.
    [InlineData("modest:0:100:100 greedy:1000:60:30", "greedy")]
    // Then the least priority counts, and only then by how much more it is.
    [InlineData("dear:10:900:0 cheap:5:30:0", "cheap")]
    [InlineData("some:0:50:10 more:0:90:40", "more")]
    [InlineData("b:0:50:0 a:0:50:0", "a")]
    // What the system needs is never ended, nor counted.
    [InlineData("system:2000000000:900:0 own:0:30:0", "own")]
    [InlineData("system:2000000000:900:0", null)]
    [InlineData("mirror:0:900:0", null)]
    // All together must make as much room as is missing: 20 Mi, beyond what was set aside for them.
    [InlineData("a:0:10:0 b:0:10:0", "a")]
    [InlineData("a:0:10:0 b:0:9:0", null)]
    [InlineData("a:0:900:890 b:0:9:0", null)]
    [InlineData("", null)]
    public void Of_memory_the_greediest_goes_if_that_can_help(string pods, string? evicted) =>
        Assert.Equal(evicted, EvictionPlanner.Plan(Memory, Uses(pods))?.Pod.Metadata.Name);

    [Theory]
    [InlineData("modest:0:100:100 greedy:1000:60:30", "greedy")]
    [InlineData("dear:10:900:0 cheap:5:30:0", "cheap")]
    // What a pod has on the disk goes with it, whether it was set aside for it or not.
    [InlineData("a:0:19:100 b:0:1:0", "b")]
    [InlineData("a:0:19:100", null)]
    // Who has nothing there makes no room.
    [InlineData("none:0:0:0 all:5:30:40", "all")]
    public void Of_the_disk_likewise_by_what_it_leaves(string pods, string? evicted) =>
        Assert.Equal(evicted, EvictionPlanner.Plan(Disk, Uses(pods))?.Pod.Metadata.Name);

    [Fact]
    public void Of_processes_nobody_asks_for_a_share()
    {
        var shortfall = new Shortfall(EvictionSignal.Processes, 40, 50);
        Assert.Equal("many", EvictionPlanner.Plan(shortfall, [Use("few", 0, 3), Use("many", 0, 9)])?.Pod.Metadata.Name);
        Assert.Null(EvictionPlanner.Plan(shortfall, [Use("few", 0, 3), Use("many", 0, 6)]));
        Assert.Equal(
            "The node was low on resource: pids. Threshold quantity: 50, available: 40. ",
            EvictionPlanner.Plan(shortfall, [Use("many", 0, 12)])!.Termination.Message);
    }

    [Fact]
    public void Is_told_which_containers_use_more_than_they_asked_for()
    {
        var pod = Given.Pod("""
            {"containers":[{"name":"a","resources":{"requests":{"memory":"10Mi"}}},{"name":"b"},{"name":"c","resources":{"requests":{"memory":"1Gi"}}}],"initContainers":[{"name":"side"}]}
            """);
        var use = new PodUse(pod, 2048 * Mi, new Dictionary<string, long> { ["a"] = 20 * Mi, ["b"] = 1000, ["c"] = 5 * Mi, ["side"] = 3 * Mi });
        var told = EvictionPlanner.Plan(Memory, [use])!.Termination;
        Assert.Equal(
            "The node was low on resource: memory. Threshold quantity: 100Mi, available: 80Mi. "
            + "Container a was using 20Mi, request is 10Mi, has larger consumption of memory. "
            + "Container b was using 1k, request is 0, has larger consumption of memory. "
            + "Container side was using 3Mi, request is 0, has larger consumption of memory. ",
            told.Message);
        Assert.Equal(("Evicted", TimeSpan.FromSeconds(1), "memory.available", true), (told.Reason, told.Grace, told.EvictionSignal, told.IsDisruption));

        var whole = Given.Pod("""{"containers":[{"name":"a"}],"resources":{"requests":{"memory":"1Mi"}}}""");
        Assert.Equal(
            "The node was low on resource: memory. Threshold quantity: 100Mi, available: 80Mi. Pod web was using 30Mi, request is 1Mi, has larger consumption of memory. ",
            EvictionPlanner.Plan(Memory, [new PodUse(whole, 30 * Mi, new Dictionary<string, long>())])!.Termination.Message);
    }

    /// <summary>"name:priority:used:requested", in Mi.</summary>
    private static List<PodUse> Uses(string pods) =>
        [.. pods.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(one => one.Split(':')).Select(one => Use(one[0], Number(one[1]), Number(one[2]) * Mi, Number(one[3])))];

    private static PodUse Use(string name, long priority, long used, long requestedMi = 0)
    {
        var pod = Given.Pod($$"""
            {"priority":{{priority}},"containers":[{"name":"main","resources":{"requests": {"memory":"{{requestedMi}}Mi","ephemeral-storage":"{{requestedMi}}Mi"} } }]}
            """);
        var annotations = name == "mirror" ? pod.Metadata.Annotations.With([new("kubernetes.io/config.mirror", "hash")]) : default;
        return new(pod with { Metadata = pod.Metadata with { Name = name, Uid = name, Annotations = annotations } }, used, new Dictionary<string, long>());
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
