using Coppice.Node.Runtime;
using Coppice.Node.Runtime.Simulated;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Node.Tests.Pods;

/// <summary>A running pod is given more or less to use.</summary>
public sealed class ResizeTests
{
    [Fact]
    public void A_container_is_given_more_while_it_runs()
    {
        using var node = new TestNode().Start();
        node.Create("web", "server:1", one => one with { Resources = Amounts("100m", "64Mi") });
        var id = node.MainId("web");
        Resize(node, Amounts("500m", "128Mi"));

        Assert.Equal(id, node.MainId("web"));
        Assert.Equal((512L, 128L << 20), (node.Runtime.ResourcesOf(id)!.Value.CpuShares, node.Runtime.ResourcesOf(id)!.Value.MemoryLimitBytes));
        Assert.Equal(Amounts("500m", "128Mi"), node.Main("web").Resources);
        Assert.Equal(Amounts("500m", "128Mi").Requests, node.Main("web").AllocatedResources);
        Assert.Null(InProgress(node));
        Assert.Equal(["ResizeStarted", "ResizeCompleted"], ResizeEvents(node));
    }

    [Fact]
    public void A_container_whose_policy_says_so_is_restarted_with_it()
    {
        using var node = new TestNode().Start();
        ContainerResizePolicy[] policies =
        [
            new() { ResourceName = "memory", RestartPolicy = ResourceResizeRestartPolicy.RestartContainer },
            new() { ResourceName = "cpu", RestartPolicy = ResourceResizeRestartPolicy.NotRequired },
        ];
        node.Create("web", "server:1", one => one with { Resources = Amounts("100m", "64Mi"), ResizePolicy = policies.ToValueList() });
        var id = node.MainId("web");
        Resize(node, Amounts("200m", "64Mi"));
        Assert.Equal(id, node.MainId("web"));

        Resize(node, Amounts("200m", "128Mi"));
        node.Advance(1);
        Assert.NotEqual(id, node.MainId("web"));
        Assert.Equal(128L << 20, node.Runtime.ResourcesOf(node.MainId("web"))!.Value.MemoryLimitBytes);
        Assert.Equal(1, node.Main("web").RestartCount);
        Assert.Contains("Normal Killing: Container main resize requires restart", node.Events.Told);
    }

    [Fact]
    public void What_the_runtime_refuses_is_said_and_tried_again()
    {
        using var node = new TestNode().Start();
        node.Create("web", "server:1", one => one with { Resources = Amounts("100m", "64Mi") });
        node.Runtime.Fault = (verb, _) => verb == RuntimeVerb.UpdateContainer ? new RuntimeException("memory is in use") : null;
        Resize(node, Amounts("100m", "32Mi"));

        Assert.Equal(("True", "Error", "memory is in use"), (InProgress(node)!.Status, InProgress(node)!.Reason, InProgress(node)!.Message));
        Assert.Equal(Amounts("100m", "64Mi"), node.Main("web").Resources);
        Assert.True(node.IsReady("web"));

        Assert.Equal(2, InProgress(node)!.ObservedGeneration);

        node.Runtime.Fault = null;
        node.Advance(1.1);
        Assert.Equal(["ResizeStarted", "ResizeError", "ResizeCompleted"], ResizeEvents(node));
        Assert.Equal(Amounts("100m", "32Mi"), node.Main("web").Resources);
        Assert.Null(InProgress(node));
    }

    [Fact]
    public void What_was_asked_for_while_nobody_was_there_is_given_by_the_next_agent()
    {
        using var node = new TestNode().Start();
        node.Create("web", "server:1", one => one with { Resources = Amounts("100m", "64Mi") });
        var id = node.MainId("web");
        node.Stop();
        Resize(node, Amounts("200m", "128Mi"));
        Assert.Equal(64L << 20, node.Runtime.ResourcesOf(id)!.Value.MemoryLimitBytes);

        node.Start();
        Assert.Equal(id, node.MainId("web"));
        Assert.Equal(128L << 20, node.Runtime.ResourcesOf(id)!.Value.MemoryLimitBytes);
        Assert.Equal(Amounts("200m", "128Mi"), node.Main("web").Resources);
    }

    [Fact]
    public void What_can_never_fit_is_refused_for_good_and_nothing_changes()
    {
        using var node = new TestNode().Start();
        node.Create("web", "server:1", one => one with { Resources = Cpu("100m") });
        Resize(node, Cpu("3"));

        var pending = Pending(node)!;
        Assert.Equal(("True", "Infeasible", 2), (pending.Status, pending.Reason, pending.ObservedGeneration));
        Assert.Equal("Node didn't have enough capacity: cpu, requested: 3000, capacity: 2000", pending.Message);
        Assert.Equal(Cpu("100m"), node.Main("web").Resources);
        Assert.Equal(Cpu("100m").Requests, node.Main("web").AllocatedResources);
        Assert.Equal(PodConditionType.PodResizePending, node.Api.Status("web").Conditions[0].Type);
        Assert.Equal(
            """Warning ResizeInfeasible: Pod resize Infeasible: {"containers":[{"name":"main","resources":{"requests":{"cpu":"3"}}}],"generation":2,"error":"Node didn't have enough capacity: cpu, requested: 3000, capacity: 2000"}""",
            Assert.Single(node.Events.Told, one => one.Contains("Resize", StringComparison.Ordinal)));

        // Who asks for what there is gets it.
        Resize(node, Cpu("2"));
        Assert.Null(Pending(node));
        Assert.Equal(Cpu("2"), node.Main("web").Resources);
    }

    [Fact]
    public void What_does_not_fit_now_is_given_as_soon_as_another_pod_is_gone()
    {
        using var node = new TestNode().Start();
        node.Create("web", "server:1", one => one with { Resources = Cpu("500m") });
        node.Create("other", "server:1", one => one with { Resources = Cpu("1") });
        Resize(node, Cpu("1500m"));

        Assert.Equal(("Deferred", "Node didn't have enough resource: cpu, requested: 1500, used: 1000, capacity: 2000"), (Pending(node)!.Reason, Pending(node)!.Message));
        Assert.Equal(Cpu("500m"), node.Main("web").Resources);
        Assert.Null(InProgress(node));

        node.Delete("other", graceSeconds: 0);
        Assert.Null(Pending(node));
        Assert.Null(InProgress(node));
        Assert.Equal(Cpu("1500m"), node.Main("web").Resources);
        Assert.Equal(1536L, node.Runtime.ResourcesOf(node.MainId("web"))!.Value.CpuShares);
        Assert.Equal(["ResizeDeferred", "ResizeStarted", "ResizeCompleted"], ResizeEvents(node));
    }

    [Fact]
    public void What_does_not_fit_now_is_given_as_soon_as_another_pod_has_ended_or_asks_for_less()
    {
        using var node = new TestNode().Start();
        node.Create("web", "server:1", one => one with { Resources = Cpu("500m") });
        node.Create("other", "server:1", one => one with { Resources = Cpu("800m") });
        node.Create("job", "job:1", one => one with { Resources = Cpu("500m") }, RestartPolicy.Never);
        Resize(node, Cpu("1"));
        Assert.Equal("Deferred", Pending(node)!.Reason);

        node.Advance(6);
        Assert.Equal(PodPhase.Succeeded, node.Api.Status("job").Phase);
        Assert.Equal(Cpu("1"), node.Main("web").Resources);

        Resize(node, Cpu("1500m"));
        Assert.Equal("Deferred", Pending(node)!.Reason);
        Resize(node, Cpu("500m"), "other");
        Assert.Null(Pending(node));
        Assert.Equal(Cpu("1500m"), node.Main("web").Resources);
    }

    [Fact]
    public void A_pod_counts_with_what_is_allocated_to_it_when_another_comes()
    {
        using var node = new TestNode().Start();
        node.Create("web", "server:1", one => one with { Resources = Cpu("500m") });
        Resize(node, Cpu("3"));
        node.Create("second", "server:1", one => one with { Resources = Cpu("1500m") });
        Assert.True(node.IsReady("second"));

        node.Create("third", "server:1", one => one with { Resources = Cpu("100m") });
        Assert.Equal("OutOfcpu", node.Api.Status("third").Reason);
    }

    [Theory]
    [InlineData("server:1")]
    [InlineData("broken:1")]
    public void What_was_allocated_and_what_waits_outlast_the_agent(string image)
    {
        using var node = new TestNode().Start();
        node.Create("web", image, one => one with { Resources = Cpu("500m") });
        node.Create("other", "server:1", one => one with { Resources = Cpu("1") });
        Resize(node, Cpu("1500m"));
        var before = Pending(node)!;
        node.Stop();
        node.Advance(60);

        node.Start();
        Assert.Equal(before, Pending(node));
        Assert.Equal(Cpu("500m").Requests, node.Main("web").AllocatedResources);
        Assert.Equal(["ResizeDeferred"], ResizeEvents(node));

        node.Delete("other", graceSeconds: 0);
        Assert.Null(Pending(node));
        Assert.Equal(["ResizeDeferred", "ResizeStarted", "ResizeCompleted"], ResizeEvents(node));
    }

    [Fact]
    public void Less_memory_than_is_in_use_is_given_when_less_is_in_use()
    {
        using var node = new TestNode().Start();
        node.Create("web", "server:1", one => one with { Resources = Amounts("100m", "64Mi") });
        node.HostResources.MemoryUsed = 40L << 20;
        Resize(node, Amounts("100m", "32Mi"));
        Assert.Equal(
            ("Error", $"[attempting to set pod memory limit ({32 << 20}) below current usage ({40 << 20}), attempting to set container \"main\" memory limit ({32 << 20}) below current usage ({40 << 20})]"),
            (InProgress(node)!.Reason, InProgress(node)!.Message));
        Assert.Equal(64L << 20, node.Runtime.ResourcesOf(node.MainId("web"))!.Value.MemoryLimitBytes);

        node.HostResources.MemoryUsed = 20L << 20;
        node.Advance(1.1);
        Assert.Null(InProgress(node));
        Assert.Equal(32L << 20, node.Runtime.ResourcesOf(node.MainId("web"))!.Value.MemoryLimitBytes);
    }

    [Fact]
    public void A_pod_that_asks_as_a_whole_is_given_more_as_a_whole()
    {
        using var node = new TestNode().Start();
        var before = new ResourceRequirements { Requests = Memory("64Mi"), Limits = Memory("128Mi") };
        var after = new ResourceRequirements { Requests = Memory("128Mi"), Limits = Memory("256Mi") };
        node.Create("web", spec => spec with { Resources = before, Containers = [new Container { Name = "main", Image = "server:1", ImagePullPolicy = "IfNotPresent" }] });
        Assert.Equal(128L << 20, node.Runtime.ResourcesOf(node.MainId("web"))!.Value.MemoryLimitBytes);
        Assert.Equal((before, before.Requests), (node.Api.Status("web").Resources, node.Api.Status("web").AllocatedResources));

        ResizeWhole(node, after with { Requests = Memory("5Gi") });
        Assert.Equal("Infeasible", Pending(node)!.Reason);
        Assert.Equal((before, before.Requests), (node.Api.Status("web").Resources, node.Api.Status("web").AllocatedResources));

        ResizeWhole(node, after);
        Assert.Equal(256L << 20, node.Runtime.ResourcesOf(node.MainId("web"))!.Value.MemoryLimitBytes);
        Assert.Equal((after, after.Requests), (node.Api.Status("web").Resources, node.Api.Status("web").AllocatedResources));
        Assert.Equal(["ResizeInfeasible", "ResizeStarted", "ResizeCompleted"], ResizeEvents(node));
    }

    [Fact]
    public void A_container_that_is_bound_by_its_pods_limit_is_restarted_with_it_if_its_policy_says_so()
    {
        using var node = new TestNode().Start();
        var before = new ResourceRequirements { Requests = Memory("64Mi"), Limits = Memory("128Mi") };
        ContainerResizePolicy[] policies = [new() { ResourceName = "memory", RestartPolicy = ResourceResizeRestartPolicy.RestartContainer }];
        var bound = new Container { Name = "a", Image = "server:1", ImagePullPolicy = "IfNotPresent", ResizePolicy = policies.ToValueList() };
        var own = bound with { Name = "b", Resources = new() { Requests = Memory("32Mi"), Limits = Memory("32Mi") } };
        node.Create("web", spec => spec with { Resources = before, Containers = [bound, own] });
        ResizeWhole(node, before with { Limits = Memory("256Mi") });
        node.Advance(1);

        Assert.Equal([1, 0], node.Api.Status("web").ContainerStatuses.Select(one => one.RestartCount));
        Assert.Equal(256L << 20, node.Runtime.ResourcesOf(node.MainId("web"))!.Value.MemoryLimitBytes);
        node.Advance(60);
        Assert.Equal([1, 0], node.Api.Status("web").ContainerStatuses.Select(one => one.RestartCount));
    }

    private static void ResizeWhole(TestNode node, ResourceRequirements resources) =>
        node.Do(() => node.Api.Change("web", pod => pod with { Spec = pod.Spec with { Resources = resources } }, "resize"));

    private static ValueMap<Quantity> Memory(string amount) => ValueMap.Of(("memory", Quantity.Parse(amount)));

    private static IEnumerable<string> ResizeEvents(TestNode node) =>
        node.Events.Told.Select(one => one.Split(' ', ':')[1]).Where(reason => reason.StartsWith("Resize", StringComparison.Ordinal));

    private static PodCondition? Pending(TestNode node) => node.Api.Status("web").Conditions.FirstOrDefault(one => one.Type == PodConditionType.PodResizePending);

    private static ResourceRequirements Cpu(string cpu) => new() { Requests = ValueMap.Of(("cpu", Quantity.Parse(cpu))) };

    private static PodCondition? InProgress(TestNode node) => node.Api.Status("web").Conditions.FirstOrDefault(one => one.Type == PodConditionType.PodResizeInProgress);

    private static void Resize(TestNode node, ResourceRequirements resources, string name = "web") => node.Do(() => node.Api.Change(name, pod => pod with
    {
        Spec = pod.Spec with { Containers = pod.Spec.Containers.ConvertAll(one => one with { Resources = resources }) },
    }, "resize"));

    private static ResourceRequirements Amounts(string cpu, string memory) => new()
    {
        Requests = ValueMap.Of(("cpu", Quantity.Parse(cpu)), ("memory", Quantity.Parse("32Mi"))),
        Limits = ValueMap.Of(("memory", Quantity.Parse(memory))),
    };
}
