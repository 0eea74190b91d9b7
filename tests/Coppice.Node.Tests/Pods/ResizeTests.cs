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

        node.Runtime.Fault = null;
        node.Advance(1.1);
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

    private static PodCondition? InProgress(TestNode node) => node.Api.Status("web").Conditions.FirstOrDefault(one => one.Type == PodConditionType.PodResizeInProgress);

    private static void Resize(TestNode node, ResourceRequirements resources) => node.Do(() => node.Api.Change("web", pod => pod with
    {
        Metadata = pod.Metadata with { Generation = pod.Metadata.Generation + 1 },
        Spec = pod.Spec with { Containers = pod.Spec.Containers.ConvertAll(one => one with { Resources = resources }) },
    }));

    private static ResourceRequirements Amounts(string cpu, string memory) => new()
    {
        Requests = ValueMap.Of(("cpu", Quantity.Parse(cpu)), ("memory", Quantity.Parse("32Mi"))),
        Limits = ValueMap.Of(("memory", Quantity.Parse(memory))),
    };
}
