using Coppice.Node.Runtime;
using Coppice.Node.Status;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Node.Tests.Status;

public sealed class NodeStatusTests
{
    private static readonly DateTimeOffset Now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly NodeFacts Facts = new(
        "node-1", ["192.168.0.1"], 2, 4L << 30, 1000, [new("2Mi", 2 << 20)], new NodeSystemInfo { OperatingSystem = "linux", Architecture = "amd64" });

    private readonly NodeStatusOptions _options = new();

    [Fact]
    public void A_node_registers_with_what_it_has_and_what_it_may_give()
    {
        var node = NodeStatusPlanner.Register(Facts, MachineHealth.Good, _options, Now);
        Assert.Equal("node-1", node.Metadata.Labels["kubernetes.io/hostname"]);
        Assert.Equal(["2", "2Mi", "4Gi", "110"], ((string[])["cpu", "hugepages-2Mi", "memory", "pods"]).Select(name => node.Status.Capacity[name].ToString()));
        Assert.Equal(((4L << 30) - (102L << 20), 900), (node.Status.Allocatable["memory"].Value, node.Status.Allocatable["ephemeral-storage"].Value));
        Assert.Equal(
            ["MemoryPressure False KubeletHasSufficientMemory", "DiskPressure False KubeletHasNoDiskPressure", "PIDPressure False KubeletHasSufficientPID", "Ready True KubeletReady"],
            node.Status.Conditions.Select(one => $"{one.Type} {one.Status} {one.Reason}"));
    }

    [Fact]
    public void What_somebody_says_that_a_node_has_stays_and_can_be_given_out()
    {
        var first = NodeStatusPlanner.Plan(new NodeStatus(), Facts, MachineHealth.Good, _options, Now);
        var told = first with { Capacity = first.Capacity.With([new("example.com/gpu", Quantity.FromUnits(4)), new("memory", Quantity.FromUnits(1)), new("kubernetes.io/x", Quantity.FromUnits(1))]) };
        var second = NodeStatusPlanner.Plan(told, Facts, MachineHealth.Good, _options, Now);
        Assert.Equal(("4", "4"), (second.Capacity["example.com/gpu"].ToString(), second.Allocatable["example.com/gpu"].ToString()));
        Assert.Equal(first.Capacity["memory"], second.Capacity["memory"]);
        Assert.False(second.Capacity.ContainsKey("kubernetes.io/x"));

        var taken = second with { Capacity = second.Capacity.Without("example.com/gpu") };
        Assert.False(NodeStatusPlanner.Plan(taken, Facts, MachineHealth.Good, _options, Now).Allocatable.ContainsKey("example.com/gpu"));
    }

    [Theory]
    [InlineData("61255492Ki", "56453061334")]
    [InlineData("50000000Ki", "46079999924")]
    public void Of_the_disk_a_tenth_stays_free_as_kubelets_reckon_it(string capacity, string allocatable)
    {
        var status = NodeStatusPlanner.Plan(new NodeStatus(), Facts with { StorageBytes = Quantity.Parse(capacity).Value }, MachineHealth.Good, _options, Now);
        Assert.Equal((capacity, allocatable), (status.Capacity["ephemeral-storage"].ToString(), status.Allocatable["ephemeral-storage"].ToString()));
    }

    [Fact]
    public void Of_an_image_no_more_than_five_names_are_shown()
    {
        var image = new ImageRecord("sha256:1", [.. Enumerable.Range(1, 6).Select(one => $"shop:{one}")], ["shop@sha256:1"], 100, null);
        var status = NodeStatusPlanner.Plan(new NodeStatus(), Facts, MachineHealth.Good with { Images = [image] }, _options, Now);
        Assert.Equal(["shop@sha256:1", "shop:1", "shop:2", "shop:3", "shop:4"], Assert.Single(status.Images).Names);
    }

    [Fact]
    public void A_condition_keeps_the_time_of_its_last_change()
    {
        var first = NodeStatusPlanner.Plan(new NodeStatus(), Facts, MachineHealth.Good, _options, Now);
        var later = Now.AddMinutes(1);
        var second = NodeStatusPlanner.Plan(first, Facts, MachineHealth.Good with { RuntimeProblem = "container runtime is down" }, _options, later);
        var ready = second.Conditions.Single(one => one.Type == "Ready");
        Assert.Equal(("False", "KubeletNotReady", "container runtime is down", later), (ready.Status, ready.Reason, ready.Message, ready.LastTransitionTime));
        var memory = second.Conditions.Single(one => one.Type == "MemoryPressure");
        Assert.Equal((Now, later), (memory.LastTransitionTime, memory.LastHeartbeatTime));
    }

    [Fact]
    public void Only_news_are_written_and_the_same_every_few_minutes()
    {
        var first = NodeStatusPlanner.Plan(new NodeStatus(), Facts, MachineHealth.Good, _options, Now);
        NodeStatus At(double minutes, MachineHealth health) => NodeStatusPlanner.Plan(first, Facts, health, _options, Now.AddMinutes(minutes));
        Assert.False(NodeStatusPlanner.IsNews(first, At(1, MachineHealth.Good), Now.AddMinutes(1), _options));
        Assert.True(NodeStatusPlanner.IsNews(first, At(5, MachineHealth.Good), Now.AddMinutes(5), _options));
        Assert.True(NodeStatusPlanner.IsNews(first, At(1, MachineHealth.Good with { Pressures = [NodeConditionType.DiskPressure] }), Now.AddMinutes(1), _options));
    }
}
