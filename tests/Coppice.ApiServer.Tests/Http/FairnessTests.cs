using System.Net;
using System.Text;

namespace Coppice.ApiServer.Tests.Http;

/// <summary>A server that is busy, and clients that take their time.</summary>
public sealed class FairnessTests : IAsyncLifetime
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    private readonly ServedApi _api = new() { Turns = (new() { Running = 400 }, new() { Running = 1, WaitingOfUserMax = 1 }) };
    private readonly TaskCompletionSource _goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private HttpClient _busy = null!;
    private string _space = "";

    public async ValueTask InitializeAsync()
    {
        await _api.InitializeAsync();
        _busy = _api.ClientOf(_api.Issue("busy"));
        _space = await _api.NewNamespaceAsync();
        const string Rbac = "/apis/rbac.authorization.k8s.io/v1";
        (await _api.PostAsync($"{Rbac}/clusterroles", """{"metadata":{"name":"all"},"rules":[{"verbs":["*"],"apiGroups":["*"],"resources":["*"]}]}""")).Good();
        (await _api.PostAsync($"{Rbac}/clusterrolebindings", """
            {"metadata":{"name":"all"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"all"},
             "subjects":[{"apiGroup":"rbac.authorization.k8s.io","kind":"User","name":"busy"}]}
            """)).Good();
    }

    public async ValueTask DisposeAsync()
    {
        _goOn.TrySetResult();
        _busy.Dispose();
        await _api.DisposeAsync();
    }

    [Fact]
    public async Task A_busy_server_lets_a_user_wait_then_refuses_it_and_never_its_administrator()
    {
        var slow = SendAsync("slow", new StalledContent(Body("slow"), _goOn.Task));
        await UntilInFlightAsync(1);
        var waiting = SendAsync("waiting", new ByteArrayContent(Body("waiting")));
        await UntilInFlightAsync(2);

        using var refused = await SendAsync("refused", new ByteArrayContent(Body("refused"))).WaitAsync(Soon);
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), refused.Headers.RetryAfter!.Delta);
        Assert.Equal("Too many requests, please try again later.\n", await refused.Content.ReadAsStringAsync());
        Assert.False(waiting.IsCompleted);

        // Reading has room of its own, and nobody holds up who could put things right.
        using var read = await _busy.GetAsync($"{_space}/configmaps").WaitAsync(Soon);
        Assert.Equal(HttpStatusCode.OK, read.StatusCode);
        (await _api.NewConfigMapAsync(_space, "administrators").WaitAsync(Soon)).Good();

        _goOn.SetResult();
        Assert.Equal(HttpStatusCode.Created, (await slow.WaitAsync(Soon)).StatusCode);
        Assert.Equal(HttpStatusCode.Created, (await waiting.WaitAsync(Soon)).StatusCode);
    }

    [Fact]
    public async Task A_request_that_takes_longer_than_its_time_is_over_and_its_turn_is_anothers()
    {
        using var late = await SendAsync("late", new StalledContent(Body("late"), _goOn.Task), "?timeout=300ms").WaitAsync(Soon);
        Assert.Equal("Timeout: request did not complete within the allotted timeout", (await Answer.OfAsync(late)).Refused(504, "Timeout"));
        using var next = await SendAsync("next", new ByteArrayContent(Body("next"))).WaitAsync(Soon);
        Assert.Equal(HttpStatusCode.Created, next.StatusCode);
    }

    [Fact]
    public async Task Who_does_not_read_its_answer_keeps_a_turn_no_longer_than_its_time()
    {
        // More than what lies in the sockets between the two.
        for (var i = 0; i < 24; i++)
        {
            (await _api.PostAsync($"{_space}/configmaps", $$$"""{"metadata":{"name":"large-{{{i}}}"},"data":{"a":"{{{new string('x', 1_000_000)}}}"}}""")).Good();
        }

        using var answer = await _busy.GetAsync($"{_space}/configmaps?timeout=500ms", HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);

        // Who asks this is in flight, and nobody else.
        await UntilInFlightAsync(1, "readOnly");
        await Assert.ThrowsAsync<HttpRequestException>(() => answer.Content.ReadAsByteArrayAsync().WaitAsync(Soon));
    }

    [Theory]
    [InlineData("soon", "time: invalid duration \"soon\"")]
    [InlineData("5", "time: missing unit in duration \"5\"")]
    [InlineData("5x", "time: unknown unit \"x\" in duration \"5x\"")]
    public async Task A_time_that_is_none_is_refused(string timeout, string why) => Assert.Equal(
        $"invalid timeout specified in the request URL - {why}",
        (await _api.GetAsync($"{_space}/configmaps?timeout={timeout}")).Refused(400, "BadRequest"));

    private static byte[] Body(string name) => Encoding.UTF8.GetBytes($$$"""{"metadata":{"name":"{{{name}}}"}}""");

    private Task<HttpResponseMessage> SendAsync(string what, HttpContent content, string query = "")
    {
        content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        return _busy.SendAsync(new HttpRequestMessage(HttpMethod.Post, $"{_space}/configmaps{query}")
        {
            Content = content,
            Headers = { { "X-What", what } },
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        });
    }

    private async Task UntilInFlightAsync(int count, string kind = "mutating")
    {
        using var late = new CancellationTokenSource(Soon);
        var sample = $"apiserver_current_inflight_requests{{request_kind=\"{kind}\"}} {count}\n";
        while (!(await _api.Admin.GetStringAsync("/metrics", late.Token)).Contains(sample, StringComparison.Ordinal))
        {
            await Task.Yield();
        }
    }

    /// <summary>A body whose second half comes when somebody says so.</summary>
    private sealed class StalledContent(byte[] body, Task goOn) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(body.AsMemory(0, body.Length / 2));
            await stream.FlushAsync();
            await goOn;
            await stream.WriteAsync(body.AsMemory(body.Length / 2));
        }

        protected override bool TryComputeLength(out long length)
        {
            length = body.Length;
            return true;
        }
    }
}
