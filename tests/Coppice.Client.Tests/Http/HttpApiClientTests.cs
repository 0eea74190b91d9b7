using System.Text.Json;
using Coppice.Client.Http;
using Coppice.Objects;
using Coppice.Objects.Apps;
using Coppice.Objects.Core;
using Microsoft.AspNetCore.Http;

namespace Coppice.Client.Tests.Http;

public sealed class HttpApiClientTests : IDisposable
{
    private readonly TestCertificates _certificates = new();

    public void Dispose() => _certificates.Dispose();

    [Fact]
    public async Task It_shows_its_certificate_and_asks_by_Kubernetes_paths()
    {
        await using var server = await StartAsync("""{"kind":"Pod","apiVersion":"v1","metadata":{"name":"web","namespace":"shop"}}""");
        using var api = Connect(server, "system:node:n1");
        var pod = await api.FindAsync<Pod>(new("shop", "web"), default);
        Assert.Equal("web", pod!.Metadata.Name);
        await api.UpdateStatusAsync(pod, default);
        await api.BindAsync(new Binding { ApiVersion = "v1", Kind = "Binding", Metadata = pod.Metadata, Target = new() { Kind = "Node", Name = "n1" } }, default);
        await api.DeleteAsync<Deployment>(new("shop", "web"), new() { PropagationPolicy = "Foreground" }, default);
        Assert.Equal(
            [
                "GET /api/v1/namespaces/shop/pods/web system:node:n1",
                "PUT /api/v1/namespaces/shop/pods/web/status system:node:n1",
                "POST /api/v1/namespaces/shop/pods/web/binding system:node:n1",
                "DELETE /apis/apps/v1/namespaces/shop/deployments/web system:node:n1",
            ],
            server.Requests);
        Assert.Contains("\"propagationPolicy\":\"Foreground\"", server.Bodies.Last());
    }

    [Fact]
    public async Task A_list_gives_items_of_their_kind_and_the_revision()
    {
        await using var server = await StartAsync("""{"kind":"NodeList","apiVersion":"v1","metadata":{"resourceVersion":"42"},"items":[{"metadata":{"name":"n1"}}]}""");
        using var api = Connect(server);
        var list = await api.ListAsync<Node>(new ListQuery(LabelSelector: "a=b,c"), default);
        Assert.Equal(("42", "Node", "n1"), (list.Revision, list.Items[0].Kind, list.Items[0].Metadata.Name));
        Assert.Equal(["GET /api/v1/nodes?labelSelector=a%3Db%2Cc"], server.Requests);
    }

    [Fact]
    public async Task A_refusal_is_the_servers_own_Status()
    {
        await using var server = await StartAsync(
            """{"kind":"Status","apiVersion":"v1","status":"Failure","message":"pods \"web\" already exists","reason":"AlreadyExists","code":409}""", 409);
        using var api = Connect(server);
        var refusal = await Assert.ThrowsAsync<ApiException>(async () => await api.CreateAsync(new Pod { Metadata = new() { Name = "web", Namespace = "shop" } }, default));
        Assert.True(refusal.IsAlreadyExists);
        Assert.Equal("pods \"web\" already exists", refusal.Message);
    }

    [Fact]
    public async Task What_is_not_there_is_null_and_an_answer_that_is_no_Status_still_says_its_code()
    {
        await using var absent = await StartAsync("""{"kind":"Status","apiVersion":"v1","reason":"NotFound","code":404}""", 404);
        using (var api = Connect(absent))
        {
            Assert.Null(await api.FindAsync<Pod>(new("shop", "web"), default));
        }

        await using var proxy = await StartAsync("<html>bad gateway</html>", 502);
        using (var api = Connect(proxy))
        {
            Assert.Equal(502, (await Assert.ThrowsAsync<ApiException>(async () => await api.FindAsync<Pod>(new("shop", "web"), default))).Code);
        }
    }

    [Fact]
    public async Task A_watch_gives_what_there_is_follows_bookmarks_and_goes_on_after_the_stream_ended()
    {
        var answers = new Queue<string>(
        [
            Line("ADDED", "a", 5) + Line("MODIFIED", "a", 6) + Line("BOOKMARK", null, 9),
            Line("DELETED", "a", 12),
            """{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old resource version"}}""" + "\n",
        ]);
        await using var server = await ScriptedServer.StartAsync(_certificates.Issue("server"), (_, response) => response.WriteAsync(answers.Dequeue()));
        using var api = Connect(server);
        await using var watch = api.Watch<Pod>(new ListQuery("shop", FieldSelector: "spec.nodeName=n1"), "4");
        Assert.Equal([WatchEventType.Added, WatchEventType.Modified], (await watch.NextAsync(default)).Select(e => e.Type));
        Assert.Equal("9", watch.Revision);
        Assert.Equal(WatchEventType.Deleted, Assert.Single(await watch.NextAsync(default)).Type);
        Assert.True((await Assert.ThrowsAsync<ApiException>(async () => await watch.NextAsync(default))).IsExpired);
        Assert.Equal(
            new[] { "4", "9", "12" }.Select(r =>
                $"GET /api/v1/namespaces/shop/pods?fieldSelector=spec.nodeName%3Dn1&watch=true&allowWatchBookmarks=true&resourceVersion={r}"),
            server.Requests);
    }

    [Fact]
    public async Task A_server_of_another_authority_is_not_believed()
    {
        using var stranger = new TestCertificates();
        await using var server = await ScriptedServer.StartAsync(stranger.Issue("server"), (_, response) => response.WriteAsync("{}"));
        using var api = Connect(server);
        await Assert.ThrowsAsync<HttpRequestException>(async () => await api.FindAsync<Pod>(new("shop", "web"), default));
        Assert.Empty(server.Requests);
    }

    private Task<ScriptedServer> StartAsync(string answer, int code = 200) =>
        ScriptedServer.StartAsync(_certificates.Issue("server"), (_, response) =>
        {
            response.StatusCode = code;
            return response.WriteAsync(answer);
        });

    private HttpApiClient Connect(ScriptedServer server, string? name = null) => new(
        new HttpApiOptions(server.Address, [_certificates.Authority]) { ClientCertificate = name is null ? null : _certificates.Issue(name) },
        TimeProvider.System);

    private static string Line(string type, string? name, int revision) =>
        JsonSerializer.Serialize(new
        {
            type,
            @object = new { kind = "Pod", apiVersion = "v1", metadata = new { name, resourceVersion = $"{revision}" } },
        }) + "\n";
}
