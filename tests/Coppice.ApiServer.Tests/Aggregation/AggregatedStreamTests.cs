using System.IO.Pipelines;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Coppice.ApiServer.Authentication;
using Coppice.ApiServer.Tests.Http;

namespace Coppice.ApiServer.Tests.Aggregation;

/// <summary>What takes long or goes both ways between a client and somebody else who serves a part of the API.</summary>
public sealed class AggregatedStreamTests(ServedApi api) : IClassFixture<ServedApi>, IAsyncLifetime
{
    private readonly CertificateAuthority _authority = CertificateAuthority.Create(TimeProvider.System);
    private ProxyBackend _backend = null!;
    private string _root = "";

    public async ValueTask InitializeAsync()
    {
        var name = $"s{Guid.NewGuid():n}";
        var issued = _authority.IssueServer([$"{name}.default.svc"], []);
        _backend = await ProxyBackend.StartAsync(X509Certificate2.CreateFromPem(issued.CertificatePem, issued.KeyPem));
        await api.PostAsync("/api/v1/namespaces", """{"metadata":{"name":"default"}}""");
        api.Aggregate();
        await api.RegisterAsync($"{name}.example.com", _backend.Port, Convert.ToBase64String(Encoding.UTF8.GetBytes(_authority.CertificatePem)));
        await api.AvailableAsync($"{name}.example.com", "True", "Passed", "all checks passed");
        _root = $"/apis/{name}.example.com/v1";
    }

    public async ValueTask DisposeAsync()
    {
        await _backend.DisposeAsync();
        _authority.Dispose();
    }

    [Fact]
    public async Task A_watch_is_seen_while_it_goes_on()
    {
        using var answer = await api.Admin.GetAsync($"{_root}/give?watch=true", HttpCompletionOption.ResponseHeadersRead);
        await using var body = await answer.Content.ReadAsStreamAsync();
        var first = new byte[5];
        await body.ReadExactlyAsync(first);
        Assert.Equal("first", Encoding.UTF8.GetString(first));

        // It has begun and takes no turn any more: only whoever asks this does.
        Assert.Contains(
            "apiserver_flowcontrol_current_executing_requests{flow_schema=\"exempt\",priority_level=\"exempt\"} 1\n", await api.Admin.GetStringAsync("/metrics"));
        _backend.GoOn();
        Assert.Equal("second", await new StreamReader(body).ReadToEndAsync());
    }

    [Fact]
    public async Task A_body_arrives_while_it_is_still_being_sent()
    {
        var pipe = new Pipe();
        using var body = new PipedContent(pipe.Reader);
        var answering = api.Admin.PostAsync($"{_root}/take", body);
        await pipe.Writer.WriteAsync("first"u8.ToArray());
        Assert.Equal("first", await _backend.Arrived);
        await pipe.Writer.WriteAsync("second"u8.ToArray());
        await pipe.Writer.CompleteAsync();
        using var answer = await answering;
        Assert.Equal("firstsecond", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_web_socket_is_carried()
    {
        await CarriedStreams.AssertWebSocketAsync(api, $"{_root}/namespaces/default/things/a/exec/socket");
    }

    [Fact]
    public async Task Any_other_protocol_that_both_sides_agree_on_is_carried()
    {
        await using var connection = await RawConnection.OpenAsync(api);
        var answer = await connection.SendAsync(
            $"POST {_root}/namespaces/default/things/a/upgrade HTTP/1.1\r\nHost: cluster\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Remote-User: root\r\n\r\n");
        Assert.Equal((101, "SPDY/3.1"), (answer.Code, answer.Headers["Upgrade"].Single()));
        Assert.Equal("admin: hello", await connection.ExchangeAsync("hello"));
    }

    [Fact]
    public async Task A_carried_connection_has_more_than_the_time_of_a_request()
    {
        await using var connection = await RawConnection.OpenAsync(api);
        var answer = await connection.SendAsync(
            $"POST {_root}/namespaces/default/things/a/upgrade?timeout=200ms HTTP/1.1\r\nHost: cluster\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\r\n");
        Assert.Equal(101, answer.Code);

        // What begins later, and has as long, is over.
        using var late = await api.Admin.GetAsync($"{_root}/give?timeout=200ms", HttpCompletionOption.ResponseHeadersRead);
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => late.Content.ReadAsStringAsync());
        Assert.Equal("admin: hello", await connection.ExchangeAsync("hello"));
    }

    [Fact]
    public async Task Nobody_is_sent_elsewhere()
    {
        using var answer = await api.Admin.GetAsync($"{_root}/redirect?to=https://elsewhere.example.com/");
        Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
        Assert.Equal("the backend attempted to redirect this request, which is not permitted", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Half_an_answer_does_not_look_like_a_whole_one()
    {
        await CarriedStreams.AssertCutAsync(api, _backend, $"{_root}/cut");
    }
}
