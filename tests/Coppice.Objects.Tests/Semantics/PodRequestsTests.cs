using Coppice.Objects.Core;

namespace Coppice.Objects.Tests.Semantics;

public sealed class PodRequestsTests
{
    [Fact]
    public void Init_containers_count_by_their_peak_and_sidecars_beside_the_containers()
    {
        var spec = new PodSpec
        {
            InitContainers = [Container("proxy", "500m") with { RestartPolicy = ContainerRestartPolicy.Always }, Container("prepare", "3")],
            Containers = [Container("main", "1")],
            Overhead = Cpu("10m"),
        };
        Assert.Equal(Cpu("3510m"), PodRequests.Of(spec));
        Assert.Equal(Cpu("1510m"), PodRequests.Of(spec with { InitContainers = [spec.InitContainers[0]] }));
    }

    [Fact]
    public void Small_amounts_are_rounded_after_they_are_added()
    {
        Assert.Equal(1, PodRequests.Of(new PodSpec { Containers = [Container("a", "100u"), Container("b", "100u")] })[ResourceName.Cpu].MilliValue);
    }

    [Fact]
    public void What_is_asked_for_the_whole_pod_stands_in_the_place_of_its_containers()
    {
        var spec = new PodSpec
        {
            Containers = [new Container { Name = "a", Resources = new() { Requests = ValueMap.Of(("cpu", Quantity.Parse("3")), ("example.com/gpu", Quantity.Parse("1"))) } }],
            Resources = new() { Requests = ValueMap.Of(("cpu", Quantity.Parse("2")), ("example.com/gpu", Quantity.Parse("5"))) },
        };
        Assert.Equal(ValueMap.Of(("cpu", Quantity.Parse("2")), ("example.com/gpu", Quantity.Parse("1"))), PodRequests.Of(spec));
    }

    [Theory]
    [InlineData("1", "1", "1", null, "1")]
    [InlineData("3", "1", "1", null, "3")]
    [InlineData("1", "3", "3", null, "3")]
    [InlineData("1", "1", "3", null, "3")]
    [InlineData("3", "1", "2", PodResizeStatus.Deferred, "3")]
    [InlineData("9", "1", "2", PodResizeStatus.Infeasible, "2")]
    public void While_a_pod_is_resized_the_most_counts_of_what_it_asks_for_was_allocated_and_uses(
        string asked, string allocated, string used, string? pending, string counted)
    {
        var pod = Resized(asked, allocated, used, pending);
        Assert.Equal(Cpu(counted), PodRequests.Of(pod));
        Assert.Equal(Cpu(asked), PodRequests.Of(pod.Spec));
    }

    [Fact]
    public void Before_it_runs_a_container_counts_by_what_it_asks_for()
    {
        var pod = Resized("1", "3", "3", null);
        var waiting = pod.Status.ContainerStatuses[0] with { Resources = null };
        Assert.Equal(Cpu("1"), PodRequests.Of(pod with { Status = pod.Status with { ContainerStatuses = [waiting] } }));
    }

    [Fact]
    public void A_sidecar_can_be_resized_and_an_init_container_cannot()
    {
        var pod = Resized("1", "3", "3", null);
        var status = pod.Status with { InitContainerStatuses = pod.Status.ContainerStatuses, ContainerStatuses = [] };
        var init = new Pod { Spec = new() { InitContainers = pod.Spec.Containers }, Status = status };
        Assert.Equal(Cpu("1"), PodRequests.Of(init));
        var sidecar = init.Spec.InitContainers[0] with { RestartPolicy = ContainerRestartPolicy.Always };
        Assert.Equal(Cpu("3"), PodRequests.Of(init with { Spec = new() { InitContainers = [sidecar] } }));
    }

    [Theory]
    [InlineData(null, "4")]
    [InlineData(PodResizeStatus.Infeasible, "3")]
    public void A_pod_that_is_resized_as_a_whole_counts_by_the_most_too(string? pending, string counted)
    {
        var pod = Resized("1", "1", "1", pending);
        pod = pod with
        {
            Spec = pod.Spec with { Resources = new() { Requests = Cpu("4") } },
            Status = pod.Status with { Resources = new() { Requests = Cpu("2") }, AllocatedResources = Cpu("3") },
        };
        Assert.Equal(Cpu(counted), PodRequests.Of(pod));
    }

    [Fact]
    public void What_is_left_unsaid_counts_by_container()
    {
        var pod = new Pod { Spec = new() { Containers = [Container("a", "0"), new Container { Name = "b" }, new Container { Name = "c" }] } };
        Assert.Equal(Cpu("200m"), PodRequests.Of(pod, unstated: Cpu("100m")));
    }

    private static Pod Resized(string asked, string allocated, string used, string? pending) => new()
    {
        Spec = new() { Containers = [Container("main", asked)] },
        Status = new()
        {
            Conditions = pending is null ? [] : [new PodCondition { Type = PodConditionType.PodResizePending, Status = "True", Reason = pending }],
            ContainerStatuses = [new ContainerStatus { Name = "main", AllocatedResources = Cpu(allocated), Resources = new() { Requests = Cpu(used) } }],
        },
    };

    private static Container Container(string name, string cpu) => new() { Name = name, Resources = new() { Requests = Cpu(cpu) } };

    private static ValueMap<Quantity> Cpu(string amount) => ValueMap.Of(("cpu", Quantity.Parse(amount)));
}
