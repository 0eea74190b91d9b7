using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Coppice.ApiServer;
using Coppice.ApiServer.Authentication;
using Coppice.Client;
using Coppice.Composition.Joining;
using Coppice.Objects;
using Coppice.Testing;
using Coppice.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using ClusterNode = Coppice.Objects.Core.Node;

namespace Coppice.Tests.Composition.Joining;

/// <summary>A machine becomes a node over HTTPS; one that cannot says why and what to do, and leaves everything as it was.</summary>
public sealed class ClusterJoinTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Fact]
    public async Task A_machine_joins_once_and_is_known_from_then_on()
    {
        await using var cluster = await JoinableCluster.StartAsync();
        using var machine = new Machine();
        var token = await cluster.NewTokenAsync(Hour);
        var joined = await machine.JoinAsync(cluster.Address, token);
        Assert.Equal("O=system:nodes, CN=system:node:node-2", joined.Certificates.Clients.Agent.Current.Subject);

        // Again, with a token that was used, with one that is no good, and without any.
        foreach (var again in (JoinToken?[])[token, token with { Secret = "0123456789abcdef" }, null])
        {
            Assert.Equal(joined.Certificates.Clients.Agent.Current.Thumbprint, (await machine.JoinAsync(cluster.Address, again)).Certificates.Clients.Agent.Current.Thumbprint);
        }
    }

    [Fact]
    public async Task A_machine_whose_name_has_changed_is_not_taken_for_another()
    {
        await using var cluster = await JoinableCluster.StartAsync();
        using var machine = new Machine();
        await machine.JoinAsync(cluster.Address, await cluster.NewTokenAsync(Hour));
        using var renamed = new Machine { Name = "node-9" };
        CopyKeys(machine, renamed);
        Assert.StartsWith(
            "this machine is known to the cluster as system:node:node-2, and is to be the node node-9 now: name it as before with --node-name, or join it anew",
            await renamed.RefusedAsync(cluster.Address, null), StringComparison.Ordinal);
        var anew = await renamed.JoinAsync(cluster.Address, await cluster.NewTokenAsync(Hour));
        Assert.Equal("O=system:nodes, CN=system:node:node-9", anew.Certificates.Clients.Agent.Current.Subject);
        Assert.True(anew.Certificates.Endpoint.Current.MatchesHostname("node-9"));
    }

    [Fact]
    public async Task A_token_that_is_no_good_is_refused_in_words()
    {
        await using var cluster = await JoinableCluster.StartAsync();
        using var machine = new Machine();
        var good = await cluster.NewTokenAsync(Hour);
        Assert.Equal(
            $"this machine is no node of the cluster at {cluster.Address} yet: join it with a token that \"coppice token create\" prints on the server: coppice up --join {cluster.Address} --token TOKEN",
            await machine.RefusedAsync(cluster.Address, null));
        Assert.Equal("the token has expired or was deleted: make another on the server with \"coppice token create\"", await machine.RefusedAsync(cluster.Address, await cluster.NewTokenAsync(-Hour)));
        Assert.Contains("expired or was deleted", await machine.RefusedAsync(cluster.Address, good with { Secret = "0123456789abcdef" }));
        Assert.Contains("the token is of another cluster than", await machine.RefusedAsync(cluster.Address, good with { AuthorityHash = new string('0', 64) }));
        await NothingHappenedAsync(cluster, machine);
    }

    [Fact]
    public async Task A_name_or_an_address_that_another_node_has_is_not_taken_from_it()
    {
        await using var cluster = await JoinableCluster.StartAsync();
        var token = await cluster.NewTokenAsync(Hour);
        await cluster.AddNodeAsync("node-2", "192.0.2.77");
        using var second = new Machine();
        Assert.StartsWith("the name node-2 is taken by the node at 192.0.2.77: choose another with --node-name", await second.RefusedAsync(cluster.Address, token), StringComparison.Ordinal);
        await cluster.AddNodeAsync("node-3", "192.0.2.12");
        using var third = new Machine { Name = "node-4" };
        Assert.StartsWith("the address 192.0.2.12 is that of the node node-3: choose another with --node-address", await third.RefusedAsync(cluster.Address, token), StringComparison.Ordinal);
        Assert.False(second.IsKnown || third.IsKnown);
        Assert.Equal("192.0.2.77", (await cluster.Api.FindAsync<ClusterNode>(new("", "node-2"), default))!.Status.Addresses[0].Address);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(-5)]
    public async Task Clocks_that_are_minutes_apart_are_named(int minutes)
    {
        await using var cluster = await JoinableCluster.StartAsync();
        using var machine = new Machine { Time = new SettableClock(TimeProvider.System) { Ahead = TimeSpan.FromMinutes(minutes) } };
        var why = await machine.RefusedAsync(cluster.Address, await cluster.NewTokenAsync(Hour));
        Assert.StartsWith("the clocks of this machine (", why, StringComparison.Ordinal);
        Assert.EndsWith("are 5 minutes apart: set them right, best by NTP", why, StringComparison.Ordinal);
        await NothingHappenedAsync(cluster, machine);
    }

    [Fact]
    public async Task An_agent_may_be_older_than_its_server_but_not_newer()
    {
        await using var cluster = await JoinableCluster.StartAsync();
        var token = await cluster.NewTokenAsync(Hour);
        using var newer = new Machine();
        cluster.Minor = "35";
        Assert.Equal(
            "the server speaks Kubernetes 1.35 and this agent 1.36: an agent must not be newer than its server, so update the server first", await newer.RefusedAsync(cluster.Address, token));
        await NothingHappenedAsync(cluster, newer);

        cluster.Minor = "37";
        using var older = new Machine();
        await older.JoinAsync(cluster.Address, token);

        // A node whose program was replaced before its server's.
        cluster.Minor = "35";
        Assert.Contains("update the server first", await older.RefusedAsync(cluster.Address, null));
    }

    [Fact]
    public async Task Who_does_not_answer_or_is_no_coppice_is_named()
    {
        var clock = new ManualTimeProvider(TimeProvider.System.GetUtcNow());
        using var machine = new Machine { Time = clock };
        using var authority = CertificateAuthority.Create(TimeProvider.System);
        var token = JoinToken.Make(authority.Certificate);
        var nobody = new Uri($"https://127.0.0.1:{JoinableCluster.FreePort()}");
        var refused = await AsTimeGoesAsync(clock, machine.RefusedAsync(nobody, token));
        Assert.StartsWith($"{nobody} cannot be reached, or does not answer: Connection refused", refused, StringComparison.Ordinal);
        Assert.EndsWith("Is it the address of the first machine, with the port of its API, and is the way there open?", refused, StringComparison.Ordinal);

        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        Assert.Contains("nothing came from there within 10 s", await AsTimeGoesAsync(clock, machine.RefusedAsync(new Uri($"https://{silent.LocalEndpoint}"), token)));

        await using var other = await OtherServerAsync(authority);
        Assert.Contains("is not the API server of a coppice, of this version or newer (it answers 418): on the first machine it listens on port 6443", await machine.RefusedAsync(other.Address, token));
        Assert.False(machine.IsKnown);
    }

    [Fact]
    public async Task A_node_that_was_away_until_its_certificate_had_expired_joins_again()
    {
        await using var cluster = await JoinableCluster.StartAsync();
        using var machine = new Machine();
        var first = await machine.JoinAsync(cluster.Address, await cluster.NewTokenAsync(Hour));
        using var away = new Machine { Time = new SettableClock(TimeProvider.System) { Ahead = TimeSpan.FromDays(400) } };
        CopyKeys(machine, away);
        var why = await away.RefusedAsync(cluster.Address, null);
        Assert.Contains($"the certificate of this node was good until {first.Certificates.Clients.Agent.Current.NotAfter.ToUniversalTime():u}, and nobody was here to renew it: join again", why);
        Assert.EndsWith($"coppice up --join {cluster.Address} --token TOKEN", why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_was_made_anew_is_told_from_the_one_before_and_joined_with_its_own_token()
    {
        await using var before = await JoinableCluster.StartAsync();
        await using var anew = await JoinableCluster.StartAsync();
        using var machine = new Machine();
        var first = await machine.JoinAsync(before.Address, await before.NewTokenAsync(Hour));

        var clock = new ManualTimeProvider(TimeProvider.System.GetUtcNow());
        using var waiting = new Machine { Time = clock };
        CopyKeys(machine, waiting);
        var why = await AsTimeGoesAsync(clock, waiting.RefusedAsync(anew.Address, null));
        Assert.Contains("is not for that name, or not of the cluster that this machine knows", why);
        Assert.EndsWith($"if the cluster was made anew, join it with a token that \"coppice token create\" prints on the server: coppice up --join {anew.Address} --token TOKEN", why, StringComparison.Ordinal);
        Assert.Equal(first.Certificates.Clients.Agent.Current.Thumbprint, new NodeKeys(waiting.Layout, "node-2", clock).Agent!.Current.Thumbprint);

        var second = await machine.JoinAsync(anew.Address, await anew.NewTokenAsync(Hour));
        Assert.NotEqual(first.Authority.Thumbprint, second.Authority.Thumbprint);
        using var api = machine.ClientOf(second);
        await api.GetTextAsync("/version", default);
        Assert.All(
            (X509Certificate2[])[second.Certificates.Clients.Network.Current, second.Certificates.Endpoint.Current],
            one => Assert.Equal(second.Authority.SubjectKeyId(), one.AuthorityKeyId()));
    }

    [Fact]
    public async Task Certificates_are_renewed_while_they_are_used()
    {
        var life = TimeSpan.FromSeconds(9);
        await using var cluster = await JoinableCluster.StartAsync(life);
        using var machine = new Machine();
        var joined = await machine.JoinAsync(cluster.Address, await cluster.NewTokenAsync(Hour));
        using var api = machine.ClientOf(joined);
        using var stopping = new CancellationTokenSource();
        var renewing = joined.Keys.RenewAsync(new CertificateRequests(api, TimeProvider.System), joined.Certificates, IPAddress.Parse("192.0.2.12"), NullLogger.Instance, stopping.Token);
        RenewedCertificate[] shown = [joined.Certificates.Clients.Agent, joined.Certificates.Clients.Network, joined.Certificates.Clients.Volumes, joined.Certificates.Endpoint];
        var first = Array.ConvertAll(shown, one => one.Current);

        // Until all of the first have run out, each request under the node's name is answered as such.
        await Eventually.TrueAsync("another set of certificates", TimeSpan.FromSeconds(90), async () =>
        {
            await api.ListAsync<Objects.Core.Pod>(new ListQuery(FieldSelector: "spec.nodeName=node-2"), default);
            return first.All(one => one.NotAfter.ToUniversalTime() < TimeProvider.System.GetUtcNow().UtcDateTime);
        });
        Assert.All(shown.Zip(first), one => Assert.NotEqual(one.Second.SerialNumber, one.First.Current.SerialNumber));
        await stopping.CancelAsync();
        await renewing;

        // What is on the disk is what a start takes up.
        Assert.Equal(shown[0].Current.Thumbprint, new NodeKeys(machine.Layout, "node-2", TimeProvider.System).Agent?.Current.Thumbprint);
    }

    private static async Task NothingHappenedAsync(JoinableCluster cluster, Machine machine)
    {
        Assert.False(machine.IsKnown);
        Assert.Empty((await cluster.Api.ListAsync<ClusterNode>(ListQuery.All, default)).Items);
        Assert.Empty((await cluster.Api.ListAsync<Objects.Certificates.CertificateSigningRequest>(ListQuery.All, default)).Items);
    }

    private static void CopyKeys(Machine from, Machine to)
    {
        OwnFiles.MakePrivateDirectory(to.Layout.Keys);
        OwnFiles.MakePrivateDirectory(to.Layout.NodeKeys);
        foreach (var file in Directory.GetFiles(from.Layout.NodeKeys))
        {
            File.Copy(file, Path.Combine(to.Layout.NodeKeys, Path.GetFileName(file)));
        }
    }

    /// <summary>Moves a clock on, a little at a time, for what waits by it.</summary>
    private static async Task<T> AsTimeGoesAsync<T>(ManualTimeProvider clock, Task<T> work)
    {
        await Eventually.TrueAsync("its end", TimeSpan.FromSeconds(60), () =>
        {
            clock.Advance(TimeSpan.FromSeconds(0.25));
            return work.IsCompleted;
        });
        return await work;
    }

    /// <summary>A server of something else, with a certificate of some authority.</summary>
    private static async Task<OtherServer> OtherServerAsync(CertificateAuthority authority)
    {
        var issued = authority.IssueServer(["localhost"], [IPAddress.Loopback]);
        var port = JoinableCluster.FreePort();
        var host = await WebServer.StartAsync(
            [
                new HttpsService(new HttpsPort(port, X509Certificate2.CreateFromPem(issued.CertificatePem, issued.KeyPem)), (http, _) =>
                {
                    http.Response.StatusCode = StatusCodes.Status418ImATeapot;
                    return Task.CompletedTask;
                }),
            ],
            TimeProvider.System,
            NullLoggerFactory.Instance,
            default);
        return new(host, new Uri($"https://127.0.0.1:{port}"));
    }

    private sealed record OtherServer(WebServer Host, Uri Address) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => Host.DisposeAsync();
    }
}

file static class KeyIds
{
    public static string? SubjectKeyId(this X509Certificate2 certificate) => certificate.Extensions.OfType<X509SubjectKeyIdentifierExtension>().Single().SubjectKeyIdentifier;

    public static string? AuthorityKeyId(this X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509AuthorityKeyIdentifierExtension>().Single().KeyIdentifier is { } id ? Convert.ToHexString(id.Span) : null;
}
