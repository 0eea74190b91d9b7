using Coppice.ApiServer.Audit;
using Coppice.ApiServer.Tests.Http;
using Coppice.ApiServer.Tests.Webhooks;
using Coppice.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coppice.ApiServer.Tests.Audit;

/// <summary>What a receiver of the audit log is told.</summary>
public sealed class AuditWebhookTests : IAsyncDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    private readonly TemporaryDirectory _directory = new();

    public ValueTask DisposeAsync()
    {
        _directory.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Events_are_sent_together_and_again_until_they_are_taken()
    {
        var (tries, authorization) = (0, "");
        await using var receiver = await WebhookServer.StartAsync(http =>
        {
            authorization = http.Request.Headers.Authorization.ToString();
            http.Response.StatusCode = Interlocked.Increment(ref tries) == 1 ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK;
            return Task.CompletedTask;
        });
        await using var log = LogTo(receiver, webhook => webhook with { BatchMax = 3, BatchWait = TimeSpan.FromMinutes(5), FirstPause = TimeSpan.FromMilliseconds(10) });
        log.Start();
        await using var api = new ServedApi { Audit = log };
        await api.InitializeAsync();
        for (var i = 0; i < 6; i++)
        {
            (await api.GetAsync($"/version?number={i}")).Good();
        }

        await Eventually.TrueAsync("two lists that are taken", Soon, () => receiver.Asked.Count >= 3);
        var asked = receiver.Asked;
        Assert.Equal("/events", asked[0].Path);
        Assert.Equal("Bearer secret", authorization);
        Assert.Equal(asked[0].Body!.ToJsonString(), asked[1].Body!.ToJsonString());
        Assert.Equal(("EventList", "audit.k8s.io/v1", 3), ((string?)asked[0].Body!["kind"], (string?)asked[0].Body!["apiVersion"], asked[0].Body!["items"]!.AsArray().Count));
        Assert.All(asked, one => Assert.All(one.Body!["items"]!.AsArray(), item => Assert.Equal(("Event", "Metadata"), ((string?)item!["kind"], (string?)item["level"]))));
    }

    [Fact]
    public async Task What_still_waits_at_the_end_is_sent()
    {
        await using var receiver = await WebhookServer.StartAsync(_ => Task.CompletedTask);
        var log = LogTo(receiver, webhook => webhook with { BatchWait = TimeSpan.FromMinutes(5) });
        log.Start();
        await using (var api = new ServedApi { Audit = log })
        {
            await api.InitializeAsync();
            (await api.GetAsync("/version?last=1")).Good();
        }

        await log.DisposeAsync();
        Assert.Contains(receiver.Asked.SelectMany(one => one.Body!["items"]!.AsArray()), item => (string?)item!["requestURI"] == "/version?last=1");
    }

    [Theory]
    [InlineData("current-context: a", "there is no context a")]
    [InlineData("current-context: a\ncontexts: [{name: a, context: {cluster: b, user: c}}]", "there is no cluster b")]
    [InlineData("current-context: a\ncontexts: [{name: a, context: {cluster: b, user: c}}]\nclusters: [{name: b, cluster: {server: nowhere}}]", "the server nowhere of cluster b is no URL")]
    [InlineData("clusters: 1", "clusters")]
    public void A_kubeconfig_that_says_no_receiver_is_refused(string text, string why)
    {
        var refused = Assert.Throws<FormatException>(() => AuditReceiver.Parse(text, "receiver.yaml"));
        Assert.StartsWith("receiver.yaml: ", refused.Message, StringComparison.Ordinal);
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
    }

    private AuditLog LogTo(WebhookServer receiver, Func<AuditWebhookOptions, AuditWebhookOptions> with)
    {
        var kubeconfig = $$$"""
            {"apiVersion":"v1","kind":"Config","preferences":{},"current-context":"here","contexts":[{"name":"here","context":{"cluster":"it","user":"us"}}],
            "clusters":[{"name":"it","cluster":{"server":"https://127.0.0.1:{{{receiver.Port}}}/events","certificate-authority-data":"{{{receiver.CaBundle}}}"}}],
            "users":[{"name":"us","user":{"token":"secret"}}]}
            """;
        var webhook = with(new AuditWebhookOptions(AuditReceiver.Parse(kubeconfig, "receiver.json")));
        var options = new AuditLogOptions(Path.Combine(_directory.Path, "audit.log")) { Webhook = webhook };
        var policy = AuditPolicy.Parse("apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: Metadata}]", "policy.yaml");
        return new AuditLog(policy, options, TimeProvider.System, NullLogger.Instance);
    }
}
