using Coppice.Node.Images;
using Coppice.Node.Pressure;
using Coppice.Node.Runtime.Simulated;
using Coppice.Node.Tests.Pods;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Node.Tests.Eviction;

/// <summary>A node that gets short of something, and what becomes of its pods.</summary>
public sealed class NodeEvictorTests : IDisposable
{
    private const long Mi = 1L << 20;

    private readonly TestNode _node = new TestNode().Start();

    public void Dispose() => _node.Dispose();

    [Fact]
    public void Of_memory_one_pod_after_the_other_goes_until_there_is_enough()
    {
        Create("modest", memory: 50, request: "100Mi");
        Create("large", memory: 300);
        Create("larger", memory: 600);
        Short(EvictionSignal.Memory, 20);
        _node.Advance(11);

        var evicted = _node.Api.Status("larger");
        const string Message = "The node was low on resource: memory. Threshold quantity: 100Mi, available: 20Mi. Container main was using 600Mi, request is 0, has larger consumption of memory. ";
        Assert.Equal((PodPhase.Failed, "Evicted", Message), (evicted.Phase, evicted.Reason, evicted.Message));
        var condition = Assert.Single(evicted.Conditions, one => one.Type == PodConditionType.DisruptionTarget);
        Assert.Equal(("True", "TerminationByKubelet", Message), (condition.Status, condition.Reason, condition.Message));
        Assert.Contains($"Warning Evicted: {Message}", _node.Events.Told);
        Assert.Contains("Warning EvictionThresholdMet: Attempting to reclaim memory", _node.Events.Told);

        // It is looked again as soon as the one is gone.
        _node.Advance(2);
        Assert.Equal("Evicted", _node.Api.Status("large").Reason);
        Assert.Equal([("memory.available", 2)], _node.Evictions.All);

        // What is left asked for all that it uses.
        _node.Advance(60);
        Assert.True(_node.IsReady("modest"));
        Assert.Single(_node.Log.Lines, one => one.Contains("The node is short of memory.available by 83886080, and nobody is evicted for it", StringComparison.Ordinal));
    }

    [Fact]
    public void A_pod_that_does_not_hear_ends_within_a_second_and_a_new_agent_knows_why()
    {
        Create("deaf", memory: 600, image: "stubborn:1");
        Short(EvictionSignal.Memory, 20);
        _node.Advance(12);
        Assert.Equal(137, _node.Main("deaf").State.Terminated!.ExitCode);

        _node.Stop();
        _node.Start();
        _node.Advance(30);
        var status = _node.Api.Status("deaf");
        Assert.Equal((PodPhase.Failed, "Evicted"), (status.Phase, status.Reason));
        Assert.Contains(status.Conditions, one => one is { Type: PodConditionType.DisruptionTarget, Reason: "TerminationByKubelet" });
    }

    [Fact]
    public void While_it_is_short_and_five_minutes_after_an_eviction_it_takes_nothing_new()
    {
        Create("large", memory: 600);
        Short(EvictionSignal.Memory, 20);
        _node.Advance(11);
        _node.Room.Clear();
        _node.Advance(240);
        Create("early");
        Create("asking", request: "1Mi");
        Assert.Equal((PodPhase.Failed, "Evicted", "Pod was rejected: The node had condition: [MemoryPressure]. "), Ended("early"));
        Assert.True(_node.IsReady("asking"));

        _node.Advance(70);
        Create("late");
        Assert.True(_node.IsReady("late"));
    }

    [Fact]
    public void Of_a_full_disk_what_nobody_uses_goes_first()
    {
        _node.Images.Publish(new SimulatedImage("unused:1", SimulatedProgram.Server, 4 * Mi));
        _node.Pull("unused:1");
        _node.Create("done", "job:1", policy: RestartPolicy.Never);
        Create("hungry");
        _node.Advance(20);
        Assert.Equal(PodPhase.Succeeded, _node.Api.Status("done").Phase);
        Short(EvictionSignal.NodeDisk, 50);
        _node.Advance(11);

        // Too young at first, as everything is that was just pulled.
        Assert.Contains("unused", Images());
        _node.Advance(150);
        Assert.DoesNotContain("unused", Images());

        // Of the pod that ended its status is left.
        Assert.DoesNotContain(_node.Held.Containers, one => one.Pod.Name == "done");
        Assert.Contains("done", _node.HostResources.WithoutLogs);
        Assert.Equal(0, _node.Main("done").State.Terminated!.ExitCode);
        Assert.True(_node.IsReady("hungry"));
        Assert.Contains("Warning EvictionThresholdMet: Attempting to reclaim ephemeral-storage", _node.Events.Told);
    }

    [Fact]
    public void Of_a_full_disk_the_pod_goes_that_has_most_of_it_and_nobody_if_others_filled_it()
    {
        Create("small");
        Create("hungry");
        _node.Written[_node.MainId("small")] = new(1 * Mi, 3);
        Short(EvictionSignal.NodeDisk, 50);
        _node.Advance(60);
        Assert.Equal([NodeConditionType.DiskPressure], _node.Pressure.Conditions);
        Assert.True(_node.IsReady("small") && _node.IsReady("hungry"));

        // Nobody was evicted: it says so no longer than it is so.
        _node.Room.Clear();
        _node.Advance(11);
        Assert.Empty(_node.Pressure.Conditions);

        _node.Written[_node.MainId("hungry")] = new(70 * Mi, 3);
        Short(EvictionSignal.NodeDisk, 50);
        _node.Advance(12);
        Assert.Equal(
            (PodPhase.Failed, "Evicted", "The node was low on resource: ephemeral-storage. Threshold quantity: 104857601, available: 50Mi. Container main was using 70Mi, request is 0, has larger consumption of ephemeral-storage. "),
            Ended("hungry"));
        Assert.True(_node.IsReady("small"));

        // Its containers and logs take room, too.
        _node.Advance(30);
        Assert.DoesNotContain(_node.Held.Containers, one => one.Pod.Name == "hungry");
        Assert.Equal("Evicted", _node.Api.Status("hungry").Reason);
        Assert.Equal([("nodefs.available", 1)], _node.Evictions.All);
    }

    [Fact]
    public void What_hopes_for_nothing_of_one_resource_still_makes_room_of_another()
    {
        Create("many");
        _node.HostResources.Processes["many"] = 500;
        Short(EvictionSignal.Memory, 20);
        _node.Room.Add(new(EvictionSignal.Processes, 10, 1000));
        _node.Advance(12);
        Assert.Equal((PodPhase.Failed, "Evicted", "The node was low on resource: pids. Threshold quantity: 50, available: 10. "), Ended("many"));
    }

    [Fact]
    public void A_limit_of_the_disk_that_is_exceeded_is_counted_and_is_no_disruption()
    {
        _node.Create("full", "server:1", one => one with { Resources = new() { Limits = ValueMap.Of(("ephemeral-storage", Quantity.Parse("10Mi"))) } });
        _node.Written[_node.MainId("full")] = new(11 * Mi, 1);
        _node.Advance(12);
        Assert.Equal([("ephemeralpodfs.limit", 1)], _node.Evictions.All);
        Assert.DoesNotContain(_node.Api.Status("full").Conditions, one => one.Type == PodConditionType.DisruptionTarget);
    }

    private (string?, string?, string?) Ended(string pod) => _node.Api.Status(pod) is var status ? (status.Phase, status.Reason, status.Message) : default;

    private void Create(string name, long memory = 0, string? request = null, string image = "server:1")
    {
        _node.HostResources.MemoryUsedBy[name] = memory * Mi;
        _node.Create(name, image, one => request is null ? one : one with { Resources = new() { Requests = ValueMap.Of(("memory", Quantity.Parse(request))) } });
    }

    /// <summary>Of 1000 Mi there are so many left.</summary>
    private void Short(EvictionSignal signal, long availableMi)
    {
        _node.Room.Clear();
        _node.Room.Add(new(signal, availableMi * Mi, 1000 * Mi));
    }

    private List<string> Images() =>
        [.. _node.Present().SelectMany(one => one.Tags).Select(one => ImageReference.Parse(one).Repository["library/".Length..])];
}
