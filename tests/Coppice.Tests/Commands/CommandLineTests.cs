using System.CommandLine;
using System.Net;
using Coppice.Commands;
using Coppice.Commands.Hosting;

namespace Coppice.Tests.Commands;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("--port", "70000", "70000 is no port")]
    [InlineData("--service-range", "10.96.0.0", "is no range of addresses")]
    [InlineData("--service-range", "10.96.0.0/29", "is too small: its length must be /12 to /28")]
    [InlineData("--service-range", "10.0.0.0/8", "is too large: its length must be /12 to /28")]
    [InlineData("--service-range", "10.96.0.1/16", "did you mean 10.96.0.0/16?")]
    [InlineData("--service-range", "fd00::/108", "is a range of IPv6, which is not supported yet")]
    [InlineData("--service-range", "10.244.128.0/20", "the range of services 10.244.128.0/20 and the range of pods 10.244.0.0/16 overlap")]
    [InlineData("--pod-range", "0.0.0.0/0", "is too large: its length must be /8 to /28")]
    [InlineData("--pod-range", "127.0.0.0/16", "has addresses that are no machine's")]
    [InlineData("--pod-range", "10/16", "is no range of addresses")]
    [InlineData("--pod-range", "10.96.0.0/24", "the range of services 10.96.0.0/16 and the range of pods 10.96.0.0/24 overlap")]
    [InlineData("--node-port-range", "30000", "is no range of ports, such as 30000-32767")]
    [InlineData("--node-port-range", "32767-30000", "is no range of ports")]
    [InlineData("--node-port-range", "30000-65536", "is no range of ports")]
    [InlineData("--node-address", "here", "is no IP address")]
    [InlineData("--registries", "no-such.yaml", "does not exist")]
    [InlineData("--instance", "a-b", "lower case letters, digits and \"_\"")]
    [InlineData("--instance", "1a", "a letter first")]
    [InlineData("--instance", "", "is no name of an instance")]
    public void A_bad_option_is_refused_by_name(string option, string value, string reason)
    {
        var (_, command) = NewServer();
        var error = Assert.Single(command.Parse([option, value]).Errors);
        Assert.Contains(option, error.Message);
        Assert.Contains(reason, error.Message);
    }

    [Fact]
    public void Options_become_settings_and_the_rest_keeps_its_defaults()
    {
        var (arguments, command) = NewServer();
        var options = arguments.Read(command.Parse(["--port", "7443", "--kubelet-port", "11250", "--pod-range", "10.9.0.0/24"]));
        Assert.Equal((7443, 11250, IPNetwork.Parse("10.9.0.0/24"), "cluster.local"), (options.Port, options.KubeletPort, options.Ranges.Pods, options.ClusterDomain));
    }

    [Fact]
    public void What_up_was_told_is_handed_on_to_run()
    {
        var (arguments, command) = NewServer();
        var repeated = arguments.Repeat(command.Parse(["--data-dir", "/srv/a", "--port", "7443", "--log-level", "Debug"]));
        Assert.Equal(["--data-dir", "/srv/a", "--log-level", "Debug", "--port", "7443"], repeated);
        Assert.Empty(command.Parse(repeated).Errors);
    }

    [Fact]
    public void The_service_ends_coppice_and_leaves_containers_alone()
    {
        var unit = BackgroundServer.Describe(["/opt/my coppice", "run", "--data-dir", "/srv/100%"]);
        Assert.Contains("ExecStart=\"/opt/my coppice\" run --data-dir /srv/100%%\n", unit);
        Assert.Contains("KillMode=process\n", unit);
    }

    private static (ServerArguments Arguments, Command Command) NewServer()
    {
        var arguments = new ServerArguments();
        var command = new Command("run");
        arguments.AddTo(command);
        return (arguments, command);
    }
}
