using System.CommandLine;
using Coppice.Commands;

namespace Coppice.Tests.Commands;

public sealed class ServerFlagsTests
{
    [Fact]
    public void Every_option_of_a_server_is_among_the_flags_that_it_shows()
    {
        var command = new Command("run");
        var arguments = new ServerArguments();
        arguments.AddTo(command);
        var flags = arguments.Read(command.Parse(["--oidc-issuer-url", "https://issuer", "--oidc-client-id", "us"])).Flags;
        Assert.Equal(command.Options.Where(option => !option.Hidden).Select(option => option.Name.TrimStart('-')).Order(), flags.Keys.Order());
        Assert.Equal(("https://issuer", "6443"), (flags["oidc-issuer-url"], flags["port"]));
    }

    [Fact]
    public void What_is_said_is_what_is_shown()
    {
        var command = new Command("run");
        var arguments = new ServerArguments();
        arguments.AddTo(command);
        var flags = arguments.Read(command.Parse(
            ["--max-requests-inflight", "7", "--max-mutating-requests-inflight", "3", "--tracing-endpoint", "http://127.0.0.1:4318/v1/traces", "--tracing-rate-per-million", "5"])).Flags;
        Assert.Equal(("7", "3"), (flags["max-requests-inflight"], flags["max-mutating-requests-inflight"]));
        Assert.Equal(("http://127.0.0.1:4318/v1/traces", "5"), (flags["tracing-endpoint"], flags["tracing-rate-per-million"]));
    }

    [Theory]
    [InlineData("--max-requests-inflight", "0")]
    [InlineData("--max-mutating-requests-inflight", "-1")]
    [InlineData("--tracing-endpoint", "collector:4318")]
    [InlineData("--tracing-rate-per-million", "1000001")]
    [InlineData("--node-monitor-grace-period", "soon")]
    [InlineData("--node-monitor-grace-period", "0s")]
    [InlineData("--eviction-pressure-transition-period", "5")]
    [InlineData("--eviction-pressure-transition-period", "-1s")]
    [InlineData("--default-not-ready-toleration-seconds", "-1")]
    [InlineData("--default-unreachable-toleration-seconds", "-1")]
    public void What_is_none_is_refused(string option, string value)
    {
        var command = new Command("run");
        new ServerArguments().AddTo(command);
        Assert.Single(command.Parse([option, value]).Errors);
    }
}
