using System.CommandLine;
using System.Net;
using Coppice.ApiServer.Audit;
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
    [InlineData("--service-range", "fd00::/108", "services have addresses of IPv6 (fd00::/108), and pods have none (10.244.0.0/16)")]
    [InlineData("--service-range", "fd00::/60", "is too large: its length must be /64 to /124")]
    [InlineData("--service-range", "fd00::/125", "is too small: its length must be /64 to /124")]
    [InlineData("--service-range", "fd00::5/108", "did you mean fd00::/108?")]
    [InlineData("--service-range", "10.96.0.0/16,10.97.0.0/16", "has two ranges of IPv4: one of each family at most, such as 10.96.0.0/16,fd00:96::/112")]
    [InlineData("--service-range", "10.96.0.0/16,fd00::/112,fd01::/112", "has more than two ranges")]
    [InlineData("--pod-range", "10.244.0.0/16,fd00::/40", "has 'fd00::/40', which is too large: its length must be /48 to /124")]
    [InlineData("--pod-range", "10.244.0.0/16,", "has '', which is no range of addresses")]
    [InlineData("--pod-range", "fe80::/64", "has addresses that are no machine's")]
    [InlineData("--pod-range", "::ffff:10.0.0.0/112", "has addresses that are no machine's")]
    [InlineData("--node-address", "192.0.2.1,192.0.2.2", "has more than one address of a family: one of each at most")]
    [InlineData("--node-address", "192.0.2.1,here", "has 'here', which is no IP address")]
    [InlineData("--service-range", "10.244.128.0/20", "the range of services 10.244.128.0/20 and the range of pods 10.244.0.0/16 overlap")]
    [InlineData("--pod-range", "0.0.0.0/0", "is too large: its length must be /8 to /28")]
    [InlineData("--pod-range", "127.0.0.0/16", "has addresses that are no machine's")]
    [InlineData("--pod-range", "10/16", "is no range of addresses")]
    [InlineData("--pod-range", "10.96.0.0/24", "the range of services 10.96.0.0/16 and the range of pods 10.96.0.0/24 overlap")]
    [InlineData("--enable-admission-plugins", "NamespaceLifecycle,AlwaysPullImages", "has AlwaysPullImages, which is no admission plugin of this server")]
    [InlineData("--node-port-range", "30000", "is no range of ports, such as 30000-32767")]
    [InlineData("--node-port-range", "32767-30000", "is no range of ports")]
    [InlineData("--node-port-range", "30000-65536", "is no range of ports")]
    [InlineData("--node-address", "here", "is no IP address")]
    [InlineData("--registries", "no-such.yaml", "does not exist")]
    [InlineData("--token-auth-file", "no-such.csv", "does not exist")]
    [InlineData("--audit-policy-file", "no-such.yaml", "does not exist")]
    [InlineData("--audit-log-path", "/no/such/directory/audit.log", "is in a directory that does not exist")]
    [InlineData("--audit-log-maxsize", "0", "is no size")]
    [InlineData("--audit-log-maxbackup", "-1", "is no number of files")]
    [InlineData("--audit-log-maxage", "-1", "is no number of days")]
    [InlineData("--audit-log-maxage", "20000000", "is no number of days")]
    [InlineData("--encryption-provider-config", "no-such.yaml", "does not exist")]
    [InlineData("--scheduler-config", "no-such.yaml", "does not exist")]
    [InlineData("--oidc-groups-claim", "roles", "needs both --oidc-issuer-url and --oidc-client-id")]
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

    [Theory]
    [InlineData("http://issuer", "", "'oidc-issuer-url' (\"http://issuer\") has invalid scheme (\"http\"), require 'https'")]
    [InlineData("issuer", "", "--oidc-issuer-url issuer is no URL")]
    [InlineData("https://issuer", "--oidc-signing-algs RS256,HS256", "oidc: unsupported signing alg: \"HS256\"")]
    [InlineData("https://issuer", "--oidc-required-claim tenant", "--oidc-required-claim tenant is no CLAIM=VALUE")]
    [InlineData("https://issuer", "--oidc-ca-file /no/such.crt", "--oidc-ca-file /no/such.crt is no file of certificates")]
    public void An_issuer_that_cannot_be_is_refused(string issuer, string more, string reason)
    {
        var (_, command) = NewServer();
        var error = Assert.Single(command.Parse(["--oidc-issuer-url", issuer, "--oidc-client-id", "shop", .. more.Split(' ', StringSplitOptions.RemoveEmptyEntries)]).Errors);
        Assert.StartsWith(reason, error.Message);
    }

    [Fact]
    public void What_says_who_asks_and_what_is_told_of_it_becomes_settings()
    {
        var (arguments, command) = NewServer();
        var options = arguments.Read(command.Parse(
        [
            "--oidc-issuer-url", "https://issuer/realm", "--oidc-client-id", "shop", "--oidc-groups-claim", "roles", "--oidc-required-claim", "tenant=b,tenant=a,plan=b=c",
            "--oidc-signing-algs", "ES256,RS256", "--audit-log-path", "/tmp/audit.log", "--audit-log-maxsize", "5", "--audit-log-maxage", "3", "--audit-log-compress", "true",
        ]));
        var oidc = options.ControlPlane.Oidc!;
        Assert.Equal(("https://issuer/realm", "shop", "sub", "roles"), (oidc.IssuerText, oidc.ClientId, oidc.UsernameClaim, oidc.GroupsClaim));
        Assert.Equal(["tenant=a", "plan=b=c"], oidc.RequiredClaims.Select(claim => $"{claim.Key}={claim.Value}"));
        Assert.Equal(["ES256", "RS256"], oidc.SigningAlgorithms);
        Assert.Equal(new AuditLogOptions("/tmp/audit.log") { BytesMax = 5 << 20, AgeMax = TimeSpan.FromDays(3), Compress = true }, options.ControlPlane.AuditLog);
        Assert.Null(arguments.Read(command.Parse([])).ControlPlane.Oidc);
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
        var unit = BackgroundServer.Describe(["/opt/my coppice", "run", "--data-dir", "/srv/100%"], ServerEnvironment.Of(joins: false));
        Assert.Contains("ExecStart=\"/opt/my coppice\" run --data-dir /srv/100%%\n", unit);
        Assert.Contains("KillMode=process\n", unit);
    }

    /// <summary>Both were at work before this program can tell them.</summary>
    [Fact]
    public void The_allocator_and_the_runtime_are_told_by_the_environment_of_the_service()
    {
        var server = BackgroundServer.Describe(["/opt/coppice", "run"], ServerEnvironment.Of(joins: false));
        Assert.Contains("\nEnvironment=MALLOC_ARENA_MAX=2\nRestart=", server);

        // A server gets faster under load; an agent is never under any.
        var agent = BackgroundServer.Describe(["/opt/coppice", "run"], ServerEnvironment.Of(joins: true));
        Assert.Contains("\nEnvironment=MALLOC_ARENA_MAX=2\nEnvironment=DOTNET_TC_CallCountThreshold=FFFF\nRestart=", agent);
    }

    private static (ServerArguments Arguments, Command Command) NewServer()
    {
        var arguments = new ServerArguments();
        var command = new Command("run");
        arguments.AddTo(command);
        return (arguments, command);
    }
}
