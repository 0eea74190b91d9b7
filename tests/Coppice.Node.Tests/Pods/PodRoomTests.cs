using Coppice.Node.Runtime;
using Coppice.Node.Runtime.Simulated;
using Coppice.Objects.Core;

namespace Coppice.Node.Tests.Pods;

/// <summary>Which pods a whole agent takes in, and which it refuses.</summary>
public sealed class PodRoomTests
{
    [Fact]
    public void A_pod_that_does_not_fit_is_refused_with_Kubernetes_words()
    {
        using var node = new TestNode().Start();
        var request = new ResourceRequirements { Requests = Objects.ValueMap.Of(("cpu", Objects.Quantity.Parse("1500m"))) };
        node.Create("a", "server:1", one => one with { Resources = request });
        node.Create("b", "server:1", one => one with { Resources = request });

        var status = node.Api.Status("b");
        Assert.Equal((PodPhase.Failed, "OutOfcpu"), (status.Phase, status.Reason));
        Assert.Equal("Pod was rejected: Node didn't have enough resource: cpu, requested: 1500, used: 1500, capacity: 2000", status.Message);
        // As from the kubelet, which has nothing to say of containers that never were: the reason is the pod's state.
        Assert.Empty(status.ContainerStatuses);
        Assert.Single(node.Held.Sandboxes);
    }

    [Fact]
    public void A_pod_that_may_not_be_on_the_node_is_refused_by_how_the_node_is_now()
    {
        using var node = new TestNode().Start();
        node.Do(() => node.Api.Api.Create(new Objects.Core.Node { Metadata = new() { Name = "n1", Labels = Objects.ValueMap.Of(("disk", "ssd")) } }));
        node.Create("here", spec => spec with { NodeSelector = Objects.ValueMap.Of(("disk", "ssd")), Containers = [new() { Name = "main", Image = "server:1", ImagePullPolicy = "IfNotPresent" }] });
        node.Create("astray", spec => spec with { NodeSelector = Objects.ValueMap.Of(("disk", "hdd")), InitContainers = [new() { Name = "first", Image = "job:1" }], Containers = [new() { Name = "main", Image = "server:1" }] });

        Assert.True(node.IsReady("here"));
        var status = node.Api.Status("astray");
        Assert.Equal(
            (PodPhase.Failed, "NodeAffinity", "Pod was rejected: Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector"),
            (status.Phase, status.Reason, status.Message));
        Assert.True(status.ContainerStatuses.IsEmpty && status.InitContainerStatuses.IsEmpty);
        Assert.Single(node.Held.Sandboxes);
    }

    [Fact]
    public void A_pod_that_the_API_no_longer_has_takes_no_room_while_it_ends()
    {
        using var node = new TestNode().Start();
        var request = new ResourceRequirements { Requests = Objects.ValueMap.Of(("cpu", Objects.Quantity.Parse("1500m"))) };
        node.Create("a", "stubborn:1", one => one with { Resources = request });
        node.Do(() => node.Api.Remove("a"));
        node.Create("b", "server:1", one => one with { Resources = request });

        Assert.Equal(2, node.Held.Sandboxes.Count);
        Assert.True(node.IsReady("b"));
    }

    [Fact]
    public void Two_pods_cannot_have_the_same_host_port()
    {
        using var node = new TestNode().Start();
        ContainerPort[] ports = [new ContainerPort { ContainerPortValue = 80, HostPort = 8080 }];
        node.Create("a", "server:1", one => one with { Ports = [.. ports] });
        node.Create("b", "server:1", one => one with { Ports = [.. ports] });

        Assert.Equal("NodePorts", node.Api.Status("b").Reason);

        // As the scheduler counts, so that nothing it sends is refused: "::" is an address beside others.
        node.Create("six", "server:1", one => one with { Ports = [new ContainerPort { ContainerPortValue = 80, HostPort = 9090, HostIP = "::" }] });
        node.Create("four", "server:1", one => one with { Ports = [new ContainerPort { ContainerPortValue = 80, HostPort = 9090, HostIP = "127.0.0.1" }] });
        Assert.True(node.IsReady("six") && node.IsReady("four"));

        // Where there is no room either, that is the reason that the kubelet would give.
        var request = new ResourceRequirements { Requests = Objects.ValueMap.Of(("cpu", Objects.Quantity.Parse("3"))) };
        node.Create("c", "server:1", one => one with { Ports = [.. ports], Resources = request });
        Assert.Equal("OutOfcpu", node.Api.Status("c").Reason);
    }
}
