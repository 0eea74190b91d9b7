using Coppice.Objects.Core;

namespace Coppice.Objects.Tests.Semantics;

public sealed class HostPortUseTests
{
    [Theory]
    [InlineData("", "", true)]
    [InlineData("", "0.0.0.0", true)]
    [InlineData("0.0.0.0", "127.0.0.1", true)]
    [InlineData("0.0.0.0", "::", true)]
    [InlineData("127.0.0.1", "127.0.0.1", true)]
    [InlineData("127.0.0.1", "127.0.0.2", false)]
    [InlineData("::", "127.0.0.1", false)]
    [InlineData("::", "::", true)]
    [InlineData("::", "fd00::5", false)]
    public void Two_pods_with_one_port_fit_beside_each_other_by_their_addresses(string a, string b, bool collide)
    {
        Assert.Equal(collide, UseOf(a).Collides(UseOf(b)));
        Assert.Equal(collide, UseOf(b).Collides(UseOf(a)));
        Assert.False(UseOf(a).Collides(UseOf(b, "UDP")));
    }

    [Fact]
    public void A_pod_takes_the_ports_of_containers_and_sidecars_and_not_of_those_that_end_before()
    {
        var spec = new PodSpec { Containers = [WithPort(80)], InitContainers = [WithPort(81), WithPort(82) with { RestartPolicy = ContainerRestartPolicy.Always }] };
        Assert.Equal([80, 82], HostPortUse.Of(spec).Select(use => use.Port));
    }

    private static HostPortUse UseOf(string address, string protocol = "") =>
        Assert.Single(HostPortUse.Of(new PodSpec { Containers = [WithPort(8080, address, protocol)] }));

    private static Container WithPort(int port, string address = "", string protocol = "") =>
        new() { Ports = [new ContainerPort { ContainerPortValue = 80, HostPort = port, HostIP = address, Protocol = protocol }] };
}
