using System.Net;
using Coppice.Testing;

namespace Coppice.ApiServer.Tests.Http;

/// <summary>Whatever addresses a stranger's certificate names, the server looks at none of them.</summary>
public sealed class LookupTests(ServedApi api) : IClassFixture<ServedApi>
{
    private const int Many = 100;

    [Fact]
    public async Task A_client_s_certificate_makes_nobody_look_up_its_issuer()
    {
        using var trap = new LookupTrap();
        using var stranger = ClientOf(trap);
        using var answer = await stranger.GetAsync("/api/v1/namespaces");
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal(0, trap.Visits);
    }

    [Fact]
    public async Task Many_such_clients_keep_nobody_else_waiting()
    {
        using var trap = new LookupTrap();
        var strangers = Enumerable.Range(0, Many).Select(_ => AskAsync(trap)).ToList();

        // The bound is of one that waits for 15 s, the other for a busy machine.
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        using var answer = await api.Admin.GetAsync("/api/v1/namespaces", late.Token);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.All(await Task.WhenAll(strangers), code => Assert.Equal(HttpStatusCode.Unauthorized, code));
        Assert.Equal(0, trap.Visits);
    }

    [Fact]
    public async Task Nor_does_the_certificate_of_a_pod_that_is_reached_by_proxy()
    {
        using var trap = new LookupTrap();
        var space = await api.NewNamespaceAsync();
        var port = trap.Serve();
        (await api.PostAsync($"{space}/pods", """{"metadata":{"name":"p"},"spec":{"nodeName":"n","containers":[{"name":"c","image":"i"}]}}""")).Good();
        (await api.SendAsync("PATCH", $"{space}/pods/p/status", """{"status":{"podIP":"192.0.2.1","podIPs":[{"ip":"192.0.2.1"}]}}""", "application/merge-patch+json")).Good();
        using var answer = await api.Admin.GetAsync($"{space}/pods/https:p:{port}/proxy/");
        Assert.Equal("ok", await answer.Content.ReadAsStringAsync());
        Assert.Equal(0, trap.Visits);
    }

    private async Task<HttpStatusCode> AskAsync(LookupTrap trap)
    {
        using var stranger = ClientOf(trap);
        using var answer = await stranger.GetAsync("/api/v1/namespaces");
        return answer.StatusCode;
    }

    private HttpClient ClientOf(LookupTrap trap)
    {
        var handler = new SocketsHttpHandler { UseProxy = false };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        handler.SslOptions.ClientCertificateContext = trap.Context;
        return new HttpClient(handler) { BaseAddress = api.Address, Timeout = TimeSpan.FromSeconds(60) };
    }
}
