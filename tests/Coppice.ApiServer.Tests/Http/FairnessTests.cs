using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Coppice.ApiServer.Authentication;
using Coppice.ApiServer.Tests.Aggregation;
using Coppice.Testing;

namespace Coppice.ApiServer.Tests.Http;

/// <summary>A server that is busy, and clients that take their time.</summary>
public sealed class FairnessTests : IAsyncLifetime
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    private const string FlowControl = "/apis/flowcontrol.apiserver.k8s.io/v1";

    private readonly ServedApi _api = new() { Flow = new() { ReadingMax = 4, WritingMax = 1 } };
    private readonly TaskCompletionSource _goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private HttpClient _busy = null!;
    private string _space = "";
    private string _level = "";

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

        // One seat for what this user writes, and one place to wait for it.
        var level = (await _api.PostAsync($"{FlowControl}/prioritylevelconfigurations", """
            {"metadata":{"name":"narrow"},"spec":{"type":"Limited","limited":{"nominalConcurrencyShares":1,"borrowingLimitPercent":0,
             "limitResponse":{"type":"Queue","queuing":{"queues":1,"handSize":1,"queueLengthLimit":1}}}}}
            """)).Good();
        _level = (string)level.Body!["metadata"]!["uid"]!;
        (await _api.PostAsync($"{FlowControl}/flowschemas", """
            {"metadata":{"name":"writes-of-busy"},"spec":{"priorityLevelConfiguration":{"name":"narrow"},"matchingPrecedence":7,
             "rules":[{"subjects":[{"kind":"User","user":{"name":"busy"}}],
                       "resourceRules":[{"verbs":["create"],"apiGroups":["*"],"resources":["*"],"namespaces":["*"]}]}]}}
            """)).Good();
        _api.FollowFlows();
        await Eventually.SeeAsync(
            "a schema that is gone by",
            Soon,
            async () =>
            {
                using var answer = await SendAsync("tried", new ByteArrayContent(Body("tried")), "?dryRun=All");
                return LevelOf(answer);
            },
            level => level == _level);
    }

    public async ValueTask DisposeAsync()
    {
        _goOn.TrySetResult();
        _busy.Dispose();
        await _api.DisposeAsync();
    }

    [Fact]
    public async Task Who_takes_its_time_to_send_keeps_nobody_waiting_and_may_not_do_so_too_often()
    {
        var slow = SendAsync("slow", new StalledContent(Body("slow"), _goOn.Task));
        await UntilInQueueAsync(1);
        using var quick = await SendAsync("quick", new ByteArrayContent(Body("quick"))).WaitAsync(Soon);
        Assert.Equal(HttpStatusCode.Created, quick.StatusCode);

        // It fills its queue, which has room for one.
        using var refused = await SendAsync("refused", new StalledContent(Body("refused"), _goOn.Task)).WaitAsync(Soon);
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), refused.Headers.RetryAfter!.Delta);
        Assert.Equal("Too many requests, please try again later.\n", await refused.Content.ReadAsStringAsync());
        Assert.Equal(_level, LevelOf(refused));
        Assert.False(slow.IsCompleted);

        // Another level has room of its own, and nobody holds up who could put things right.
        using var read = await _busy.GetAsync($"{_space}/configmaps").WaitAsync(Soon);
        Assert.Equal(HttpStatusCode.OK, read.StatusCode);
        (await _api.NewConfigMapAsync(_space, "administrators").WaitAsync(Soon)).Good();
        var figures = await _api.Admin.GetStringAsync("/metrics");
        const string Labels = "flow_schema=\"writes-of-busy\",priority_level=\"narrow\"";
        Assert.Contains($"apiserver_flowcontrol_current_inqueue_requests{{{Labels}}} 1\n", figures);
        Assert.Contains($"apiserver_flowcontrol_current_executing_seats{{{Labels}}} 0\n", figures);
        Assert.Contains($"apiserver_flowcontrol_rejected_requests_total{{{Labels},reason=\"queue-full\"}} 1\n", figures);
        Assert.Contains("apiserver_flowcontrol_nominal_limit_seats{priority_level=\"narrow\"} 1\n", figures);

        _goOn.SetResult();
        Assert.Equal(HttpStatusCode.Created, (await slow.WaitAsync(Soon)).StatusCode);
    }

    [Fact]
    public async Task Who_takes_its_time_to_send_to_somebody_elses_API_keeps_nobody_waiting()
    {
        using var authority = CertificateAuthority.Create(TimeProvider.System);
        var issued = authority.IssueServer(["elsewhere.default.svc"], []);
        await using var backend = await ProxyBackend.StartAsync(X509Certificate2.CreateFromPem(issued.CertificatePem, issued.KeyPem));
        await _api.PostAsync("/api/v1/namespaces", """{"metadata":{"name":"default"}}""");
        _api.Aggregate();
        await _api.RegisterAsync("elsewhere.example.com", backend.Port, Convert.ToBase64String(Encoding.UTF8.GetBytes(authority.CertificatePem)));
        await _api.AvailableAsync("elsewhere.example.com", "True", "Passed", "all checks passed");
        var slow = _busy.PostAsync("/apis/elsewhere.example.com/v1/namespaces/default/take", new StalledContent("all of it"u8.ToArray(), _goOn.Task));
        await UntilInQueueAsync(1);
        using var quick = await SendAsync("quick", new ByteArrayContent(Body("quick"))).WaitAsync(Soon);
        Assert.Equal(HttpStatusCode.Created, quick.StatusCode);
        Assert.False(slow.IsCompleted);
        _goOn.SetResult();
        using var answer = await slow.WaitAsync(Soon);
        Assert.Equal("all of it", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Who_waits_is_seen_in_its_queue()
    {
        var slow = SendAsync("slow", new StalledContent(Body("slow"), _goOn.Task));
        await UntilInQueueAsync(1);
        var queues = await DumpAsync("dump_queues");
        Assert.Equal("PriorityLevelName,Index,PendingRequests,ExecutingRequests,SeatsInUse,NextDispatchR,InitialSeatsSum,MaxSeatsSum,TotalWorkSum", queues[0]);
        Assert.Matches(@"^narrow,0,0,0,0,\d+\.\d{8}ss,0,0,0\.00000000ss$", queues.Single(row => row.StartsWith("narrow,", StringComparison.Ordinal)));
        Assert.DoesNotContain(queues, row => row.StartsWith("exempt,", StringComparison.Ordinal));
        const string Columns = "PriorityLevelName,FlowSchemaName,QueueIndex,RequestIndexInQueue,FlowDistingsher,ArriveTime,InitialSeats,FinalSeats,AdditionalLatency";
        Assert.Equal([Columns], await DumpAsync("dump_requests"));
        Assert.Equal([$"{Columns},UserName,Verb,APIPath,Namespace,Name,APIVersion,Resource,SubResource"], await DumpAsync("dump_requests?includeRequestDetails=1"));
        _goOn.SetResult();
        (await slow).Dispose();
    }

    private async Task<string[]> DumpAsync(string name) =>
        (await _api.Admin.GetStringAsync($"/debug/api_priority_and_fairness/{name}")).Replace(" ", "", StringComparison.Ordinal).TrimEnd('\n').Split('\n');

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

    [Fact]
    public async Task A_watch_takes_a_turn_only_until_it_has_begun()
    {
        using var client = _api.ClientOf(_api.Issue("busy"));
        var watches = new List<HttpResponseMessage>();
        for (var i = 0; i < 20; i++)
        {
            watches.Add(await client.GetAsync($"{_space}/configmaps?watch=true", HttpCompletionOption.ResponseHeadersRead).WaitAsync(Soon));
        }

        Assert.All(watches, watch => Assert.Equal(HttpStatusCode.OK, watch.StatusCode));
        watches.ForEach(watch => watch.Dispose());
    }

    [Fact]
    public async Task A_schema_says_whether_its_level_is_there()
    {
        (await _api.PostAsync($"{FlowControl}/flowschemas", """
            {"metadata":{"name":"lost"},"spec":{"priorityLevelConfiguration":{"name":"none"},"matchingPrecedence":8,"rules":[]}}
            """)).Good();
        await SeeDanglingAsync("lost", "True", "NotFound", "This FlowSchema references the PriorityLevelConfiguration object named \"none\" but there is no such object");
        await SeeDanglingAsync("writes-of-busy", "False", "Found", "This FlowSchema references the PriorityLevelConfiguration object named \"narrow\" and it exists");

        // What every cluster has comes back.
        await _api.SendAsync("DELETE", $"{FlowControl}/flowschemas/catch-all");
        await SeeDanglingAsync("catch-all", "False", "Found", "This FlowSchema references the PriorityLevelConfiguration object named \"catch-all\" and it exists");
    }

    [Theory]
    [InlineData("soon", "time: invalid duration \"soon\"")]
    [InlineData("5", "time: missing unit in duration \"5\"")]
    [InlineData("5x", "time: unknown unit \"x\" in duration \"5x\"")]
    public async Task A_time_that_is_none_is_refused(string timeout, string why) => Assert.Equal(
        $"invalid timeout specified in the request URL - {why}",
        (await _api.GetAsync($"{_space}/configmaps?timeout={timeout}")).Refused(400, "BadRequest"));

    private static string LevelOf(HttpResponseMessage answer) =>
        answer.Headers.TryGetValues("X-Kubernetes-PF-PriorityLevel-UID", out var uids) && answer.Headers.Contains("X-Kubernetes-PF-FlowSchema-UID") ? uids.Single() : "";

    private Task SeeDanglingAsync(string schema, string status, string reason, string message) => Eventually.SeeAsync(
        $"what there is to say of {schema}",
        Soon,
        async () => await _api.GetAsync($"{FlowControl}/flowschemas/{schema}") is { Code: 200, Body: { } found } ? found["status"]?["conditions"]?[0] : null,
        condition => ((string?)condition?["type"], (string?)condition?["status"], (string?)condition?["reason"], (string?)condition?["message"])
            == ("Dangling", status, reason, message));

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

    private Task UntilInFlightAsync(int count, string kind) => UntilAsync($"apiserver_current_inflight_requests{{request_kind=\"{kind}\"}} {count}\n");

    private Task UntilInQueueAsync(int count) =>
        UntilAsync($"apiserver_flowcontrol_current_inqueue_requests{{flow_schema=\"writes-of-busy\",priority_level=\"narrow\"}} {count}\n");

    private async Task UntilAsync(string sample)
    {
        using var late = new CancellationTokenSource(Soon);
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
