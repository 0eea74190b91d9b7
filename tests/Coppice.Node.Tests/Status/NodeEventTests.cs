using Coppice.Client;
using Coppice.Node.Status;
using Coppice.Node.Tests.Pods;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Storage;
using Coppice.Testing;

namespace Coppice.Node.Tests.Status;

/// <summary>What a node says of itself in events.</summary>
public sealed class NodeEventTests
{
    private readonly Machine _machine = new();
    private readonly TestEvents _events = new();
    private readonly List<string> _driversFailed = [];

    [Fact]
    public async Task A_node_tells_what_changes_of_it_and_nothing_twice()
    {
        var time = new ManualTimeProvider();
        var api = new TestApi(time);
        var reporter = Reporter(api, time);
        await TellsAsync(reporter, "NodeHasSufficientMemory", "NodeHasNoDiskPressure", "NodeHasSufficientPID", "NodeReady");
        await TellsAsync(reporter);

        _machine.Health = MachineHealth.Good with { RuntimeProblem = "gone", Pressures = [NodeConditionType.DiskPressure] };
        await TellsAsync(reporter, "NodeHasDiskPressure", "NodeNotReady");
        _machine.Health = MachineHealth.Good;
        await TellsAsync(reporter, "NodeHasNoDiskPressure", "NodeReady");

        await CordonAsync(api, true);
        await TellsAsync(reporter, "NodeNotSchedulable");
        await TellsAsync(reporter);
        await CordonAsync(api, false);
        await TellsAsync(reporter, "NodeSchedulable");
    }

    [Fact]
    public async Task An_agent_that_starts_again_tells_anew_what_the_node_has_enough_of()
    {
        var time = new ManualTimeProvider();
        var api = new TestApi(time);
        await TellsAsync(Reporter(api, time), "NodeHasSufficientMemory", "NodeHasNoDiskPressure", "NodeHasSufficientPID", "NodeReady");
        await TellsAsync(Reporter(api, time), "NodeHasSufficientMemory", "NodeHasNoDiskPressure", "NodeHasSufficientPID");
    }

    [Fact]
    public async Task A_machine_that_was_started_anew_is_told_of_once()
    {
        var time = new ManualTimeProvider();
        var api = new TestApi(time);
        await Reporter(api, time).ReportAsync(TestContext.Current.CancellationToken);
        Assert.DoesNotContain(_events.Told, one => one.Contains("Rebooted", StringComparison.Ordinal));

        _machine.Boot = "two";
        var reporter = Reporter(api, time);
        await reporter.ReportAsync(TestContext.Current.CancellationToken);
        await reporter.ReportAsync(TestContext.Current.CancellationToken);
        Assert.Single(_events.Told, "Warning Rebooted: Node n1 has been rebooted, boot id: two");
    }

    [Fact]
    public void A_node_tells_that_its_agent_starts_and_that_its_pods_have_bounds()
    {
        using var node = new TestNode().Start();
        string[] told = ["Normal Starting: Starting kubelet.", "Normal NodeAllocatableEnforced: Updated Node Allocatable limit across pods"];
        Assert.Equal(told, node.Events.Told);

        node.Create("web", "server:1");
        node.Advance(60);
        node.Stop();
        node.Start();
        Assert.Equal([.. told, .. told], node.Events.Told.Where(told.Contains));
    }

    [Fact]
    public async Task A_report_is_good_though_its_drivers_cannot_be_shown_and_the_next_tries_again()
    {
        var time = new ManualTimeProvider();
        var api = new TestApi(time)
        {
            Fault = (verb, about) =>
            {
                if (verb == "create" && about is CSINode)
                {
                    throw new IOException("away");
                }
            },
        };
        var reporter = Reporter(api, time);
        Assert.True(await reporter.ReportAsync(TestContext.Current.CancellationToken));
        Assert.True(reporter.Reported.IsCompleted);
        Assert.Equal(["away"], _driversFailed);

        api.Fault = (_, _) => { };
        await reporter.ReportAsync(TestContext.Current.CancellationToken);
        Assert.Single(api.All<CSINode>());
        Assert.Single(_driversFailed);
    }

    private NodeReporter Reporter(TestApi api, TimeProvider time) => new(api, _events, _machine, new NodeStatusOptions(), time, failed => throw failed)
    {
        Drivers = new NodeDrivers(api, failed => _driversFailed.Add(failed.Message)),
    };

    private static async Task CordonAsync(TestApi api, bool isUnschedulable)
    {
        var node = (await api.FindAsync<Objects.Core.Node>(new("", "n1"), default))!;
        await api.UpdateAsync(node with { Spec = node.Spec with { Unschedulable = isUnschedulable } }, default);
    }

    private async Task TellsAsync(NodeReporter reporter, params string[] reasons)
    {
        _events.Told.Clear();
        await reporter.ReportAsync(TestContext.Current.CancellationToken);
        Assert.Equal(reasons.Select(one => $"Normal {one}: Node n1 status is now: {one}"), _events.Told);
    }

    private sealed class Machine : INodeObserver
    {
        public MachineHealth Health { get; set; } = MachineHealth.Good;

        public string Boot { get; set; } = "one";

        public ValueTask<NodeFacts> FactsAsync(CancellationToken stop) =>
            new(new NodeFacts("n1", ["192.168.0.1"], 2, 4L << 30, 1000, [], new NodeSystemInfo { OperatingSystem = "linux", Architecture = "amd64", BootID = Boot }));

        public ValueTask<MachineHealth> HealthAsync(CancellationToken stop) => new(Health);
    }
}
