using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Coppice.ApiServer.Authentication;
using Coppice.ApiServer.Services;
using Coppice.Client;
using Coppice.Store.InMemory;
using Coppice.Testing;
using Coppice.Web;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coppice.ApiServer.Tests.Authentication;

/// <summary>Certificates over the years, while a server and its clients run on.</summary>
public sealed class RenewalTests
{
    private readonly ManualTimeProvider _time = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void A_certificate_is_replaced_when_two_thirds_of_its_time_are_over()
    {
        using var authority = CertificateAuthority.Create(_time);
        var certificate = new RenewedCertificate(() => Of(authority.IssueClient("jane")), _time);
        var first = certificate.Current;
        _time.Advance(TimeSpan.FromDays(240));
        Assert.Same(first, certificate.Current);
        _time.Advance(TimeSpan.FromDays(5));
        var second = certificate.Current;
        Assert.NotEqual(first.SerialNumber, second.SerialNumber);
        Assert.Equal(_time.GetUtcNow().AddDays(365).UtcDateTime, second.NotAfter.ToUniversalTime());
        Assert.Same(second, certificate.Context.TargetCertificate);
    }

    [Fact]
    public async Task A_server_shows_a_new_certificate_and_clients_theirs_without_a_restart()
    {
        using var authority = CertificateAuthority.Create(_time);
        using var tokens = new ServiceAccountTokens(TestKeys.Tokens, _time);
        await using var store = new InMemoryRevisionStore();
        var verbs = new ApiVerbs(store, ServiceAllocationOptions.Default, tokens, _time, new Random(1));
        var pipeline = new RequestPipeline(verbs, new PipelineParts(authority, tokens, _ => null, [], "127.0.0.1:6443"), _time, new Random(2), NullLogger.Instance);
        var port = FreePort();
        var server = new RenewedCertificate(() => Of(authority.IssueServer(["localhost"], [IPAddress.Loopback])), _time);
        await using var host = await WebServer.StartAsync([new HttpsService(new HttpsPort(port, server), pipeline.HandleAsync)], TimeProvider.System, NullLoggerFactory.Instance, Stop);
        var client = new RenewedCertificate(() => Of(authority.IssueClient("system:test", "system:masters")), _time);

        var shown = new List<string>();
        for (var year = 0; year < 3; year++)
        {
            // As after the half hour that a connection lives.
            shown.Add(await SerialShownAsync(port, client));
            _time.Advance(TimeSpan.FromDays(300));
        }

        Assert.Equal(3, shown.Distinct().Count());
    }

    /// <summary>Asks something that only who is known may ask.</summary>
    private static async Task<string> SerialShownAsync(int port, RenewedCertificate client)
    {
        var serial = "";
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, _) =>
        {
            serial = shown!.GetSerialNumberString();
            return true;
        };
        client.ShowBy(handler.SslOptions);
        using var http = new HttpClient(handler);
        using var answer = await http.GetAsync($"https://127.0.0.1:{port}/api/v1/namespaces", Stop);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return serial;
    }

    private static X509Certificate2 Of(IssuedCertificate issued) => X509Certificate2.CreateFromPem(issued.CertificatePem, issued.KeyPem);

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
