using System.Net;
using System.Text;
using Coppice.ApiServer.Proxying;

namespace Coppice.ApiServer.Tests.Http;

/// <summary>Pods, services and nodes are reached through the API server, as kubectl proxy and kubectl get --raw do it.</summary>
public sealed class ProxyTests(ServedApi api) : IClassFixture<ServedApi>, IAsyncLifetime
{
    private ProxyBackend _backend = null!;
    private string _space = "";

    public async ValueTask InitializeAsync()
    {
        _backend = await ProxyBackend.StartAsync();
        _space = await api.NewNamespaceAsync();
    }

    public ValueTask DisposeAsync() => _backend.DisposeAsync();

    [Fact]
    public async Task A_request_reaches_the_pod_with_its_path_its_query_and_its_headers()
    {
        await NewPodAsync("p", _backend.Port);
        using var request = new HttpRequestMessage(HttpMethod.Delete, $"{_space}/pods/p/proxy/a%20b/c/?q=1&r=%2F");
        request.Headers.TryAddWithoutValidation("X-Mine", "yes");
        request.Headers.TryAddWithoutValidation("X-Forwarded-For", "198.51.100.1");
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer secret");
        using var answer = await api.Admin.SendAsync(request);
        var said = await answer.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.StartsWith("DELETE /a%20b/c/?q=1&r=%2F\n", said);
        Assert.Contains("X-Mine: yes\n", said);
        Assert.Contains("X-Forwarded-For: 198.51.100.1, 127.0.0.1\n", said);
        Assert.Contains($"X-Forwarded-Uri: {_space}/pods/p/proxy/a%20b/c/\n", said);
        Assert.Contains($"Host: {api.Address.Authority}\n", said);
        Assert.DoesNotContain("secret", said);
    }

    [Fact]
    public async Task An_answer_comes_back_with_what_is_meant_for_the_client()
    {
        await NewPodAsync("p", _backend.Port);
        using var answer = await api.Admin.GetAsync($"{_space}/pods/p/proxy/");
        Assert.Equal(["one", "two"], answer.Headers.GetValues("X-Two").SelectMany(v => v.Split(", ")));
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
        Assert.False(answer.Headers.Contains("Keep-Alive"));
        Assert.Equal(204, (await api.SendAsync("POST", $"{_space}/pods/p/proxy/empty", "{}")).Code);
    }

    [Theory]
    [InlineData("p:{0}")]
    [InlineData("http:p:{0}")]
    [InlineData("http:p:")]
    public async Task A_pod_is_asked_at_the_port_that_is_said_or_the_first_that_it_declares(string target)
    {
        await NewPodAsync("p", _backend.Port);
        using var answer = await api.Admin.GetAsync($"{_space}/pods/{string.Format(null, target, _backend.Port)}/proxy/x");
        Assert.StartsWith("GET /x\n", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Without_its_last_slash_a_proxy_leads_to_itself()
    {
        await NewPodAsync("p", _backend.Port);
        using var asked = await api.Admin.GetAsync($"{_space}/pods/p/proxy?a=b");
        Assert.Equal(HttpStatusCode.MovedPermanently, asked.StatusCode);
        Assert.Equal($"{_space}/pods/p/proxy/?a=b", asked.Headers.Location!.OriginalString);
        Assert.Contains("POST /\n", $"{(await api.PostAsync($"{_space}/pods/p/proxy", "{}")).Body}");
    }

    [Theory]
    [InlineData("/other", "{0}/pods/p/proxy/other")]
    [InlineData("other", "other")]
    [InlineData("http://192.0.2.1:{1}/other?x=y", "{0}/pods/p/proxy/other?x=y")]
    [InlineData("http://elsewhere.example/other", "http://elsewhere.example/other")]
    [InlineData("{0}/pods/p/proxy/other", "{0}/pods/p/proxy/other")]
    public async Task A_redirect_leads_back_through_the_proxy(string to, string expected)
    {
        await NewPodAsync("p", _backend.Port);
        var target = Uri.EscapeDataString(string.Format(null, to, _space, _backend.Port));
        using var answer = await api.Admin.GetAsync($"{_space}/pods/p/proxy/redirect?to={target}");
        Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
        Assert.Equal(string.Format(null, expected, _space), answer.Headers.Location!.OriginalString);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("gzip")]
    public async Task A_page_leads_back_through_the_proxy(string? encoding)
    {
        await NewPodAsync("p", _backend.Port);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{_space}/pods/p/proxy/page");
        request.Headers.TryAddWithoutValidation("Accept-Encoding", encoding);
        using var answer = await api.Admin.SendAsync(request);
        Stream body = await answer.Content.ReadAsStreamAsync();
        using var page = new StreamReader(encoding is null ? body : new System.IO.Compression.GZipStream(body, System.IO.Compression.CompressionMode.Decompress));
        Assert.Equal($"<a href=\"{_space}/pods/p/proxy/other\">there</a>", await page.ReadToEndAsync());
    }

    [Fact]
    public async Task A_body_reaches_the_pod_while_it_is_still_being_sent()
    {
        await NewPodAsync("p", _backend.Port);
        var pipe = new System.IO.Pipelines.Pipe();
        using var body = new PipedContent(pipe.Reader);
        var answering = api.Admin.PostAsync($"{_space}/pods/p/proxy/take", body);
        await pipe.Writer.WriteAsync("first"u8.ToArray());
        Assert.Equal("first", await _backend.Arrived);
        await pipe.Writer.WriteAsync("second"u8.ToArray());
        await pipe.Writer.CompleteAsync();
        using var answer = await answering;
        Assert.Equal("firstsecond", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task An_answer_reaches_the_client_while_the_pod_is_still_writing_it()
    {
        await NewPodAsync("p", _backend.Port);
        using var answer = await api.Admin.GetAsync($"{_space}/pods/p/proxy/give", HttpCompletionOption.ResponseHeadersRead);
        var body = await answer.Content.ReadAsStreamAsync();
        Assert.Equal("first", await ReadAsync(body, 5));
        _backend.GoOn();
        Assert.Equal("second", await ReadAsync(body, 6));
    }

    [Fact]
    public async Task A_web_socket_is_carried()
    {
        await NewPodAsync("p", _backend.Port);
        await CarriedStreams.AssertWebSocketAsync(api, $"{_space}/pods/p/proxy/socket");
    }

    [Fact]
    public async Task Half_an_answer_does_not_look_like_a_whole_one()
    {
        await NewPodAsync("p", _backend.Port);
        await CarriedStreams.AssertCutAsync(api, _backend, $"{_space}/pods/p/proxy/cut");
    }

    [Theory]
    [InlineData("pods/a:b:c:d/proxy/", "invalid pod request \"a:b:c:d\"")]
    [InlineData("pods/ftp:p:1/proxy/", "invalid pod request \"ftp:p:1\"")]
    [InlineData("services/x:y:z/proxy/", "invalid service request \"x:y:z\"")]
    [InlineData("pods/early/proxy/", "address not allowed")]
    public async Task A_target_that_cannot_be_read_or_has_no_address_is_refused(string path, string message)
    {
        (await api.PostAsync($"{_space}/pods", """{"metadata":{"name":"early"},"spec":{"containers":[{"name":"c","image":"i"}]}}""")).Good();
        Assert.Equal(message, (await api.GetAsync($"{_space}/{path}")).Refused(400, "BadRequest"));
    }

    [Fact]
    public async Task Nobody_reaches_the_servers_own_addresses()
    {
        await NewPodAsync("p", 80, "127.0.0.1");
        Assert.Equal("address not allowed", (await api.GetAsync($"{_space}/pods/p/proxy/")).Refused(400, "BadRequest"));
    }

    [Fact]
    public async Task A_pod_that_nobody_answers_in_is_unavailable()
    {
        await NewPodAsync("p", 1);
        Assert.Equal(
            "error trying to reach service: dial tcp 192.0.2.1:1: connect: connection refused",
            (await api.GetAsync($"{_space}/pods/p/proxy/")).Refused(503, "ServiceUnavailable"));
        Assert.Equal("pods \"q\" not found", (await api.GetAsync($"{_space}/pods/q/proxy/")).Refused(404, "NotFound"));
    }

    [Theory]
    [InlineData("s:web")]
    [InlineData("s:8080")]
    [InlineData("http:s:web")]
    public async Task A_service_is_asked_at_a_port_by_name_or_number(string target)
    {
        await NewServiceAsync("s", "p");
        using var answer = await api.Admin.GetAsync($"{_space}/services/{target}/proxy/x");
        Assert.StartsWith("GET /x\n", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_service_without_such_a_port_or_without_anybody_behind_it_is_unavailable()
    {
        await NewServiceAsync("s", "p");
        Assert.Equal("no service port 81 found for service \"s\"", (await api.GetAsync($"{_space}/services/s:81/proxy/")).Refused(503, "ServiceUnavailable"));
        Assert.Equal("no endpoints available for service \"s:nope\"", (await api.GetAsync($"{_space}/services/s:nope/proxy/")).Refused(503, "ServiceUnavailable"));
        Assert.Equal("services \"t\" not found", (await api.GetAsync($"{_space}/services/t:80/proxy/")).Refused(404, "NotFound"));
        (await api.PatchAsync($"{_space}/endpoints/s", """{"subsets":null}""")).Good();
        Assert.Equal("no endpoints available for service \"s\"", (await api.GetAsync($"{_space}/services/s:web/proxy/")).Refused(503, "ServiceUnavailable"));
    }

    [Fact]
    public async Task Endpoints_that_are_no_pods_are_not_gone_to()
    {
        await NewServiceAsync("s", "somebody-else");
        Assert.Equal(
            "no endpoints available for service \"s:web\"", (await api.GetAsync($"{_space}/services/s:web/proxy/")).Refused(503, "ServiceUnavailable"));
    }

    [Fact]
    public async Task A_node_is_asked_at_a_port()
    {
        var name = _space.Split('/')[^1];
        (await api.PostAsync("/api/v1/nodes", $$$"""{"metadata":{"name":"{{{name}}}"}}""")).Good();
        (await api.PatchAsync($"/api/v1/nodes/{name}/status", """{"status":{"addresses":[{"type":"InternalIP","address":"192.0.2.1"}]}}""")).Good();
        using var answer = await api.Admin.GetAsync($"/api/v1/nodes/{name}:{_backend.Port}/proxy/x");
        Assert.StartsWith("GET /x\n", await answer.Content.ReadAsStringAsync());
    }

    private async Task NewPodAsync(string name, int port, string address = "192.0.2.1")
    {
        (await api.PostAsync(
            $"{_space}/pods",
            $$$$$"""{"metadata":{"name":"{{{{{name}}}}}"},"spec":{"containers":[{"name":"c","image":"i","ports":[{"containerPort":{{{{{port}}}}}}]}]}}""")).Good();
        (await api.PatchAsync($"{_space}/pods/{name}/status", $$$$$"""{"status":{"podIP":"{{{{{address}}}}}","podIPs":[{"ip":"{{{{{address}}}}}"}]}}""")).Good();
    }

    /// <summary>A service of port 8080, "web", whose only address says that it is of a certain pod.</summary>
    private async Task NewServiceAsync(string name, string pod)
    {
        await NewPodAsync("p", _backend.Port);
        (await api.PostAsync($"{_space}/services", $$$"""{"metadata":{"name":"{{{name}}}"},"spec":{"ports":[{"name":"web","port":8080}]}}""")).Good();
        (await api.PostAsync(
            $"{_space}/endpoints",
            $$$$$"""
            {"metadata":{"name":"{{{{{name}}}}}"},"subsets":[{"ports":[{"name":"web","port":{{{{{_backend.Port}}}}}}],
            "addresses":[{"ip":"192.0.2.1","targetRef":{"kind":"Pod","namespace":"{{{{{_space.Split('/')[^1]}}}}}","name":"{{{{{pod}}}}}"}}]}]}
            """)).Good();
    }

    private static async Task<string> ReadAsync(Stream from, int count)
    {
        var buffer = new byte[count];
        await from.ReadExactlyAsync(buffer);
        return Encoding.UTF8.GetString(buffer);
    }
}
