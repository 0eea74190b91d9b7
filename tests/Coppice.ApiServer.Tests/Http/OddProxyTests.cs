namespace Coppice.ApiServer.Tests.Http;

/// <summary>What a container may answer, and what may be asked of it, that no honest one would: it goes through, or is refused in words.</summary>
public sealed class OddProxyTests(ServedApi api) : IClassFixture<ServedApi>
{
    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nX-Odd: \u00c3\u00a4\u00ff\r\nContent-Length: 2\r\n\r\nhi", "X-Odd", "\u00c3\u00a4\u00ff")]
    [InlineData("HTTP/1.1 200 OK\r\nX-Odd: a\r\nX-Odd: b\r\nContent-Length: 2\r\n\r\nhi", "X-Odd", "a|b")]
    [InlineData("HTTP/1.1 200 OK\r\nX-Odd: a\u0001b\r\nContent-Length: 2\r\n\r\nhi", "X-Odd", "")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nContent-Type: c/d\r\nContent-Length: 2\r\n\r\nhi", "Content-Type", "a/b|c/d")]
    [InlineData("HTTP/1.1 200 OK\r\nDate: yesterday\r\nServer: me\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nhi", "Server", "me")]
    [InlineData("HTTP/1.1 200 \u00c4h\r\nLocation: /a\r\nLocation: /b\r\nContent-Length: 2\r\n\r\nhi", "X-Odd", "")]
    [InlineData("HTTP/1.1 999 Odd\r\nContent-Encoding: odd, , gzip\r\nContent-Length: 2\r\n\r\nhi", "X-Odd", "")]
    public async Task An_odd_answer_goes_through(string answer, string header, string values)
    {
        await using var backend = new OddBackend(answer);
        var got = await AskAsync("GET", backend.Port);
        Assert.True(got.Code is 200 or 999, $"{got.Code} {got.Body}");
        Assert.Equal(values, string.Join('|', got.Headers[header]));
        Assert.Contains("hi", got.Body);
    }

    [Theory]
    [InlineData("HTTP/1.1 205 Reset\r\nContent-Length: 2\r\n\r\nhi", 205)]
    [InlineData("HTTP/1.1 204 Empty\r\nContent-Length: 2\r\n\r\nhi", 204)]
    [InlineData("HTTP/1.1 304 Same\r\nContent-Length: 2\r\n\r\n", 304)]
    [InlineData("HTTP/1.1 101 Now\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n", 503)]
    [InlineData("HTTP/1.1 000 Nothing\r\n\r\n", 503)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\nContent-Length: 12\r\n\r\n<html>plain ", 503)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\nContent-Length: 0\r\n\r\n", 200)]
    [InlineData("no HTTP at all\r\n\r\n", 503)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: much\r\n\r\nhi", 200)]
    [InlineData("", 503)]
    public async Task An_answer_that_is_none_is_told_in_words(string answer, int code)
    {
        await using var backend = new OddBackend(answer);
        var got = await AskAsync("GET", backend.Port);
        Assert.Equal(code, got.Code);
        if (code == 503)
        {
            Assert.Contains("\"message\":\"error trying to reach service: ", got.Body);
            Assert.Contains("\"reason\":\"ServiceUnavailable\"", got.Body);
        }
    }

    [Fact]
    public async Task An_odd_request_goes_through()
    {
        await using var backend = new OddBackend("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        var path = new string('x', 100_000);
        Assert.Equal(200, (await AskAsync("OPTIONS", backend.Port, path, "X-Odd: \u00c3\u00a4\u00ff\r\nX-Two: a\r\nX-Two: b\r\nAccept: ,;=\r\n")).Code);
        Assert.StartsWith($"OPTIONS /{path} HTTP/1.1\r\n", backend.Asked);
        Assert.Contains("X-Odd: \u00c3\u00a4\u00ff\r\n", backend.Asked);
    }

    [Theory]
    [InlineData("pods", "p:abc", "error trying to reach service: dial tcp: lookup tcp/abc: unknown port")]
    [InlineData("pods", "p:99999", "error trying to reach service: dial tcp: address 99999: invalid port")]
    [InlineData("pods", "p:-1", "error trying to reach service: dial tcp: address -1: invalid port")]
    [InlineData("pods", "p:99999999999999999999", "error trying to reach service: dial tcp: address 99999999999999999999: invalid port")]
    [InlineData("services", "s:abc", "no endpoints available for service \"s\"")]
    [InlineData("services", "s:99999", "no service port 99999 found for service \"s\"")]
    public async Task A_port_that_is_none_is_told_in_words(string resource, string target, string message)
    {
        var space = await NewPodAsync(1);
        (await api.PostAsync($"{space}/services", """{"metadata":{"name":"s"},"spec":{"ports":[{"name":"web","port":8080}]}}""")).Good();
        (await api.PostAsync($"{space}/endpoints", """{"metadata":{"name":"s"}}""")).Good();
        Assert.Equal(message, (await api.GetAsync($"{space}/{resource}/{target}/proxy/")).Refused(503, "ServiceUnavailable"));
    }

    private async Task<RawAnswer> AskAsync(string method, int port, string path = "", string headers = "")
    {
        var space = await NewPodAsync(port);
        await using var connection = await RawConnection.OpenAsync(api);
        return await connection.SendAsync($"{method} {space}/pods/p/proxy/{path} HTTP/1.1\r\nHost: a\r\n{headers}\r\n");
    }

    private async Task<string> NewPodAsync(int port)
    {
        var space = await api.NewNamespaceAsync();
        (await api.PostAsync($"{space}/pods", $$$$"""{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i","ports":[{"containerPort":{{{{port}}}}}]}]}}""")).Good();
        (await api.PatchAsync($"{space}/pods/p/status", """{"status":{"podIP":"192.0.2.1","podIPs":[{"ip":"192.0.2.1"}]}}""")).Good();
        return space;
    }
}
