using Coppice.Objects.Core;

namespace Coppice.Objects.Tests.Semantics;

public sealed class PodLimitsTests
{
    [Fact]
    public void Are_added_up_as_requests_are_and_overhead_comes_on_top_of_what_is_limited()
    {
        var spec = new PodSpec
        {
            InitContainers = [Container("proxy", "1") with { RestartPolicy = ContainerRestartPolicy.Always }, Container("prepare", "3")],
            Containers = [Container("main", "2")],
            Overhead = ValueMap.Of(("cpu", Quantity.Parse("10m")), ("memory", Quantity.Parse("1Mi"))),
        };
        Assert.Equal(Cpu("4010m"), PodLimits.Of(spec));
        Assert.Equal(Cpu("5010m"), PodLimits.Of(spec with { Resources = new() { Limits = Cpu("5") } }));
    }

    [Fact]
    public void A_pod_is_limited_where_all_of_its_containers_are_or_it_is_as_a_whole()
    {
        var spec = new PodSpec { InitContainers = [new Container { Name = "prepare" }], Containers = [Container("main", "2")] };
        Assert.False(PodLimits.IsLimited(spec, ResourceName.Cpu));
        Assert.True(PodLimits.IsLimited(spec with { InitContainers = [] }, ResourceName.Cpu));
        Assert.True(PodLimits.IsLimited(spec with { Resources = new() { Limits = Cpu("1") } }, ResourceName.Cpu));
    }

    private static Container Container(string name, string cpu) => new() { Name = name, Resources = new() { Limits = Cpu(cpu) } };

    private static ValueMap<Quantity> Cpu(string amount) => ValueMap.Of(("cpu", Quantity.Parse(amount)));
}
