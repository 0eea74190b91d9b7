using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Coppice.ApiServer.Storage;
using Coppice.ApiServer.Webhooks;
using Coppice.Objects;
using Coppice.Objects.Admissionregistration;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;
using Coppice.Store.InMemory;
using Microsoft.AspNetCore.Http;

namespace Coppice.ApiServer.Tests.Webhooks;

/// <summary>What a webhook is asked and how, and what is said where it gives no answer: Kubernetes' words, which people look for.</summary>
public sealed class WebhookClientTests : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly InMemoryRevisionStore _store = new();
    private readonly ObjectStorage _storage;

    public WebhookClientTests() => _storage = new ObjectStorage(_store);

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task A_service_is_reached_by_its_address_and_known_by_its_name_and_its_connection_is_kept()
    {
        await using var server = await WebhookServer.StartAsync(http => http.Response.WriteAsync("yes"));
        await ServeAsync("10.96.0.9", 8443);
        var reached = new List<string>();
        var client = ClientOf(server, reached);

        Assert.Equal("yes", await AskAsync(client, ServiceOf(server)));
        Assert.Equal("yes", await AskAsync(client, ServiceOf(server)));

        Assert.Equal(["10.96.0.9:8443"], reached);
        Assert.All(server.Asked, question => Assert.Equal("/check?timeout=10s", question.Path));
        Assert.Single(server.Asked.Select(question => question.Connection).Distinct());
    }

    [Theory]
    [InlineData(404, "text/plain", "no", "the server could not find the requested resource")]
    [InlineData(500, "text/plain", "it \"broke\"\n", "an error on the server (\"it \\\"broke\\\"\") has prevented the request from succeeding")]
    [InlineData(302, "text/plain", "elsewhere", "the server responded with the status code 302 but did not return more information")]
    [InlineData(503, "application/json", """{"kind":"Status","apiVersion":"v1","status":"Failure","message":"not today"}""", "not today")]
    public async Task A_refusal_is_told_in_the_words_of_kubernetes_client(int code, string type, string body, string message)
    {
        await using var server = await WebhookServer.StartAsync(http =>
        {
            http.Response.StatusCode = code;
            http.Response.ContentType = type;
            http.Response.Headers.Location = "/elsewhere";
            return http.Response.WriteAsync(body);
        });

        Assert.Equal(message, await FailAsync(ClientOf(server), UrlOf(server)));
        Assert.Single(server.Asked);
    }

    [Fact]
    public async Task Nobody_waits_longer_than_the_timeout()
    {
        await using var server = await WebhookServer.StartAsync(http => Task.Delay(Timeout.Infinite, http.RequestAborted));

        Assert.Equal(
            $"Post \"https://127.0.0.1:{server.Port}/check?timeout=1s\": context deadline exceeded",
            await FailAsync(ClientOf(server), UrlOf(server), TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public async Task Who_gives_up_is_not_told_of_a_timeout()
    {
        await using var server = await WebhookServer.StartAsync(http => Task.Delay(Timeout.Infinite, http.RequestAborted));
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await ClientOf(server).PostAsync(UrlOf(server), "{}"u8.ToArray(), Patience, stop.Token));
    }

    [Fact]
    public async Task Nobody_reads_an_answer_without_end()
    {
        await using var server = await WebhookServer.StartAsync(async http =>
        {
            while (true)
            {
                await http.Response.Body.WriteAsync(new byte[64 * 1024], http.RequestAborted);
            }
        });

        Assert.Equal(
            $"Post \"https://127.0.0.1:{server.Port}/check?timeout=10s\": the answer is larger than 3145728 bytes", await FailAsync(ClientOf(server), UrlOf(server)));
    }

    [Fact]
    public async Task Who_hangs_up_has_said_nothing()
    {
        await using var server = await WebhookServer.StartAsync(http =>
        {
            http.Abort();
            return Task.CompletedTask;
        });

        Assert.Equal($"Post \"https://127.0.0.1:{server.Port}/check?timeout=10s\": read: connection reset by peer", await FailAsync(ClientOf(server), UrlOf(server)));
    }

    [Fact]
    public async Task What_is_not_signed_by_the_bundle_is_nobody()
    {
        await using var server = await WebhookServer.StartAsync(http => http.Response.WriteAsync("yes"));
        await using var other = await WebhookServer.StartAsync(http => http.Response.WriteAsync("no"));

        Assert.Equal(
            $"Post \"https://127.0.0.1:{server.Port}/check?timeout=10s\": tls: failed to verify certificate: x509: certificate signed by unknown authority",
            await FailAsync(ClientOf(server), UrlOf(server) with { CaBundle = new(other.CaPem) }));
        Assert.Empty(server.Asked);
    }

    [Fact]
    public async Task A_certificate_is_for_the_name_of_the_service()
    {
        await using var server = await WebhookServer.StartAsync(http => http.Response.WriteAsync("yes"), ["other.space.svc"]);
        await ServeAsync("10.96.0.9", 8443);

        Assert.Equal(
            "Post \"https://hook.space.svc:8443/check?timeout=10s\": tls: failed to verify certificate: x509: certificate is valid for other.space.svc, 127.0.0.1, not hook.space.svc",
            await FailAsync(ClientOf(server), ServiceOf(server)));
    }

    [Fact]
    public async Task A_name_in_the_subject_alone_is_none()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        await using var server = await WebhookServer.StartAsync(http => http.Response.WriteAsync("yes"), certificate: certificate);

        Assert.EndsWith(
            "x509: certificate relies on legacy Common Name field, use SANs instead",
            await FailAsync(ClientOf(server), UrlOf(server) with { CaBundle = Base64Data.FromText(certificate.ExportCertificatePem()) }));
    }

    [Fact]
    public async Task What_is_no_service_or_no_port_of_one_is_said_so()
    {
        await using var server = await WebhookServer.StartAsync(http => http.Response.WriteAsync("yes"));
        var webhook = ServiceOf(server);
        Assert.Equal("Post \"https://hook.space.svc:8443/check?timeout=10s\": service \"hook\" not found", await FailAsync(ClientOf(server), webhook));

        await ServeAsync("10.96.0.9", 443);
        Assert.Equal(
            "Post \"https://hook.space.svc:8443/check?timeout=10s\": no service port 8443 found for service \"hook\"", await FailAsync(ClientOf(server), webhook));
    }

    [Fact]
    public async Task Where_nobody_listens_the_connection_is_refused()
    {
        var client = new WebhookClient(new ServiceDialer(_storage, null), TimeProvider.System);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();

        Assert.Equal(
            $"Post \"https://127.0.0.1:{port}/?timeout=10s\": dial tcp 127.0.0.1:{port}: connect: connection refused",
            await FailAsync(client, new WebhookClientConfig { Url = $"https://127.0.0.1:{port}/" }));
    }

    private async Task ServeAsync(string address, int port) => await _storage.CreateAsync(
        BuiltInKinds.Of<Service>(),
        new Service
        {
            Metadata = new ObjectMeta { Name = "hook", Namespace = "space" },
            Spec = new ServiceSpec { Type = ServiceType.ClusterIP, ClusterIP = address, Ports = [new ServicePort { Port = port }] },
        },
        default);

    private WebhookClient ClientOf(WebhookServer server, List<string>? reached = null) => new(
        new ServiceDialer(_storage, async (address, stop) =>
        {
            reached?.Add($"{address.Host}:{address.Port}");
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(IPAddress.Loopback, server.Port, stop);
            return new NetworkStream(socket, ownsSocket: true);
        }),
        TimeProvider.System);

    private static WebhookClientConfig UrlOf(WebhookServer server) => new() { Url = $"https://127.0.0.1:{server.Port}/check", CaBundle = new(server.CaPem) };

    private static WebhookClientConfig ServiceOf(WebhookServer server) => new()
    {
        Service = new ServiceReference { Name = "hook", Namespace = "space", Path = "/check", Port = 8443 },
        CaBundle = new(server.CaPem),
    };

    private static async Task<string> AskAsync(WebhookClient client, WebhookClientConfig webhook) =>
        System.Text.Encoding.UTF8.GetString((await client.PostAsync(webhook, "{}"u8.ToArray(), Patience, TestContext.Current.CancellationToken)).Span);

    private static async Task<string> FailAsync(WebhookClient client, WebhookClientConfig webhook, TimeSpan? timeout = null) =>
        (await Assert.ThrowsAsync<WebhookException>(async () =>
            await client.PostAsync(webhook, "{}"u8.ToArray(), timeout ?? Patience, TestContext.Current.CancellationToken))).Message;
}
