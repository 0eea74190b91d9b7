using Coppice.Node.Admission;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;

namespace Coppice.Node.Tests.Admission;

/// <summary>What a node says to a pod that asks for more or less than it has.</summary>
public sealed class ResizeAdmissionTests
{
    private static readonly ValueMap<Quantity> Allocatable = ValueMap.Of(("cpu", Quantity.Parse("2")), ("memory", Quantity.Parse("4Gi")));

    [Theory]
    [InlineData("500m", "1Gi", null, null)]
    [InlineData("3", "1Gi", "Infeasible", "Node didn't have enough capacity: cpu, requested: 3000, capacity: 2000")]
    [InlineData("3", "5Gi", "Infeasible", "Node didn't have enough capacity: memory, requested: 5368709120, capacity: 4294967296")]
    [InlineData("1500m", "4Gi", "Deferred", "Node didn't have enough resource: cpu, requested: 1500, used: 1000, capacity: 2000")]
    [InlineData("1", "4Gi", "Deferred", "Node didn't have enough resource: memory, requested: 4294967296, used: 1073741824, capacity: 4294967296")]
    public void Is_the_kubelets_word(string cpu, string memory, string? reason, string? message)
    {
        var rejected = ResizeAdmission.Reject(Pod("a", cpu, memory), Pod("a", "100m", "1Gi"), [Pod("b", "1", "1Gi")], Allocatable);
        Assert.Equal((reason, message), (rejected?.Reason, rejected?.Message));
    }

    [Fact]
    public void Who_asks_for_less_gets_it_on_a_node_that_has_become_too_small()
    {
        Pod[] others = [Pod("b", "1900m", "1Gi")];
        Assert.Null(ResizeAdmission.Reject(Pod("a", "500m", "1Gi"), Pod("a", "1", "1Gi"), others, Allocatable));
        Assert.Equal("Deferred", ResizeAdmission.Reject(Pod("a", "1100m", "1Gi"), Pod("a", "1", "1Gi"), others, Allocatable)?.Reason);
    }

    [Fact]
    public void Who_gives_up_something_is_first_then_who_is_important_guaranteed_or_waits_longest()
    {
        var allocated = Pod("x", "100m", "1Gi");
        var guaranteed = Pod("guaranteed", "1", "2Gi", isGuaranteed: true);
        var important = Pod("important", "1", "2Gi");
        important = important with { Spec = important.Spec with { Priority = 1000 } };
        (Pod Pod, int Waits)[] waiting = [(Pod("late", "1", "2Gi"), 1), (Pod("early", "1", "2Gi"), 9), (guaranteed, 2), (important, 1), (Pod("less", "50m", "1Gi"), 1)];

        var now = DateTimeOffset.UnixEpoch.AddHours(1);
        var order = ResizeAdmission.InOrder(waiting, one => (one.Pod, allocated, now.AddMinutes(-one.Waits)));
        Assert.Equal(["less", "important", "guaranteed", "early", "late"], order.Select(one => one.Pod.Metadata.Name));
    }

    [Fact]
    public void What_a_status_says_was_allocated_is_allocated_again_after_a_restart()
    {
        var pod = Pod("a", "1500m", "1Gi") with
        {
            Status = new PodStatus
            {
                ContainerStatuses = [new ContainerStatus { Name = "main", AllocatedResources = Amounts("100m", "1Gi"), Resources = new() { Requests = Amounts("50m", "1Gi") } }],
            },
        };
        Assert.Equal(Amounts("100m", "1Gi"), PodAllocation.Restored(pod).ApplyTo(pod).Spec.Containers[0].Resources.Requests);
        Assert.Equal(Amounts("1500m", "1Gi"), PodAllocation.Of(pod).ApplyTo(pod).Spec.Containers[0].Resources.Requests);

        // Of a container that was never made there is no status to go by.
        var fresh = pod with { Status = new PodStatus { ContainerStatuses = [new ContainerStatus { Name = "main" }] } };
        Assert.Equal(pod.Spec, PodAllocation.Restored(fresh).ApplyTo(fresh).Spec);
    }

    [Fact]
    public void An_event_says_what_is_asked_for_as_the_kubelet_writes_it()
    {
        var pod = Pod("a", "1", "1Gi");
        pod = pod with { Spec = pod.Spec with { InitContainers = [new Container { Name = "first" }] } };
        Assert.Equal(
            """Pod resize Deferred: {"initContainers":[{"name":"first","resources":{}}],"containers":[{"name":"main","resources":{"requests":{"cpu":"1","memory":"1Gi"}}}],"generation":3,"error":"it's full"}""",
            ResizeMessage.Of("Deferred", pod, 3, "it's full"));
    }

    private static ValueMap<Quantity> Amounts(string cpu, string memory) => ValueMap.Of(("cpu", Quantity.Parse(cpu)), ("memory", Quantity.Parse(memory)));

    private static Pod Pod(string name, string cpu, string memory, bool isGuaranteed = false) => new()
    {
        Metadata = new ObjectMeta { Name = name, Namespace = "shop", Uid = name },
        Spec = new PodSpec
        {
            Containers = [new Container { Name = "main", Resources = new() { Requests = Amounts(cpu, memory), Limits = isGuaranteed ? Amounts(cpu, memory) : default } }],
        },
    };
}
