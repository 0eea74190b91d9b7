using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Coppice.Client;
using Coppice.Client.Pages;
using Coppice.Node;
using Coppice.Node.Containers;
using Coppice.Node.Logs;
using Coppice.Node.Pods;
using Coppice.Node.Probes;
using Coppice.Node.Runtime.Cgroups;
using Coppice.Node.Runtime;
using Coppice.Node.Stats;
using Coppice.Objects.Authentication;
using Coppice.Objects.Authorization;
using Coppice.Testing;
using Microsoft.AspNetCore.Http;

namespace Coppice.Kubelet.Tests;

public sealed class KubeletEndpointTests
{
    private readonly HashSet<string> _allowed = [];
    private readonly RuntimeFigures _asked = new(TimeProvider.System);
    private readonly ManualTimeProvider _time = new();
    private readonly KubeletEndpoint _endpoint;
    private string? _problem;
    private Task _started = Task.CompletedTask;
    private bool _isStarting;
    private bool _isAway;

    public KubeletEndpointTests()
    {
        var logs = new NodeLogs(new HostLogs("/nowhere"), null, (_, _, _) => Task.FromResult(false), _time);
        var pages = new ComponentPages("kubelet", "1.36.0", new Dictionary<string, string> { ["node-name"] = "node-1" }, KubeletEndpoint.Paths, _time);
        _endpoint = new(new KubeletAccess(new Rights(_allowed, () => _isAway), "node-1"), () => _isStarting ? null : Node(), logs, pages, _time);
    }

    [Theory]
    [InlineData("/stats/summary", "stats")]
    [InlineData("/metrics", "metrics")]
    [InlineData("/metrics/cadvisor", "metrics")]
    [InlineData("/logs/", "log")]
    [InlineData("/pods", "pods proxy")]
    [InlineData("/runningpods/", "pods proxy")]
    [InlineData("/healthz/ping", "healthz proxy")]
    [InlineData("/configz", "configz proxy")]
    [InlineData("/statsx", "proxy")]
    [InlineData("/exec/default/web/app", "proxy")]
    [InlineData("/", "proxy")]
    public async Task A_path_needs_a_right_to_a_part_of_the_node(string path, string subresources)
    {
        Assert.Equal(
            (403, $"Forbidden (user=tester, verb=get, resource=nodes, subresource(s)=[{subresources}])"), await GetAsync(path));
        foreach (var enough in subresources.Split(' '))
        {
            _allowed.Clear();
            _allowed.Add($"get nodes/{enough} node-1");
            Assert.NotEqual(403, (await GetAsync(path)).Code);
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Bearer nobody's")]
    public async Task Who_is_unknown_is_not_let_in(string? authorization) =>
        Assert.Equal((401, "Unauthorized"), await GetAsync("/healthz", authorization));

    [Fact]
    public async Task A_verb_is_what_the_method_says()
    {
        _allowed.Add("get nodes/proxy node-1");
        Assert.Equal(403, (await GetAsync("/pods", method: "POST")).Code);
        _allowed.Add("create nodes/proxy node-1");
        Assert.Equal(405, (await GetAsync("/pods", method: "POST")).Code);
    }

    [Fact]
    public async Task Health_follows_the_nodes()
    {
        _allowed.Add("get nodes/healthz node-1");
        Assert.Equal((200, "ok"), await GetAsync("/healthz"));
        _problem = "the node has ended";
        Assert.Equal(500, (await GetAsync("/healthz")).Code);
        Assert.Contains("the node has ended", (await GetAsync("/healthz/syncloop")).Body);
        Assert.Equal((200, "ok"), await GetAsync("/healthz/ping"));
    }

    [Fact]
    public async Task How_it_is_and_how_often_it_was_so_is_told_to_who_may_see_figures()
    {
        _allowed.Add("get nodes/metrics node-1");
        _allowed.Add("get nodes/healthz node-1");
        await GetAsync("/healthz");
        _problem = "the node has ended";
        var text = (await GetAsync("/metrics/slis")).Body;
        Assert.Contains("kubernetes_healthcheck{name=\"ping\",type=\"healthz\"} 1\n", text);
        Assert.Contains("kubernetes_healthcheck{name=\"syncloop\",type=\"healthz\"} 0\n", text);
        Assert.Contains("kubernetes_healthchecks_total{name=\"syncloop\",status=\"success\",type=\"healthz\"} 1\n", text);
        Assert.Contains("kubernetes_healthchecks_total{name=\"syncloop\",status=\"error\",type=\"healthz\"} 1\n", text);
    }

    [Fact]
    public async Task How_it_works_is_told_by_the_fields_of_a_kubelets_configuration()
    {
        _allowed.Add("get nodes/configz node-1");
        using var told = JsonDocument.Parse((await GetAsync("/configz")).Body);
        var fields = told.RootElement.GetProperty("kubeletconfig");
        Assert.Equal((10250, 110, 4096), (fields.GetProperty("port").GetInt32(), fields.GetProperty("maxPods").GetInt32(), fields.GetProperty("podPidsLimit").GetInt32()));
        Assert.Equal(("10s", "5m0s", "30s"), (Text("nodeStatusUpdateFrequency"), Text("nodeStatusReportFrequency"), Text("shutdownGracePeriod")));
        Assert.Equal(("10Mi", "cluster.local", "unix:///run/x.sock"), (Text("containerLogMaxSize"), Text("clusterDomain"), Text("containerRuntimeEndpoint")));
        Assert.Equal("10.96.0.10", fields.GetProperty("clusterDNS")[0].GetString());
        Assert.Equal((85, 80, "2m0s"), (fields.GetProperty("imageGCHighThresholdPercent").GetInt32(), fields.GetProperty("imageGCLowThresholdPercent").GetInt32(), Text("imageMinimumGCAge")));
        Assert.Equal(
            """{"memory.available":"100Mi","nodefs.available":"10%","nodefs.inodesFree":"5%","imagefs.available":"15%","imagefs.inodesFree":"5%","pid.available":"5%"}""",
            fields.GetProperty("evictionHard").GetRawText());
        Assert.Equal("5m0s", Text("evictionPressureTransitionPeriod"));
        Assert.False(fields.GetProperty("authentication").GetProperty("anonymous").GetProperty("enabled").GetBoolean());

        string? Text(string field) => fields.GetProperty(field).GetString();
    }

    [Fact]
    public async Task What_the_runtime_was_asked_is_counted()
    {
        _allowed.Add("get nodes/metrics node-1");
        _asked.End("/runtime.v1.RuntimeService/RunPodSandbox", _asked.Begin(), failed: false);
        _asked.End("/runtime.v1.RuntimeService/RunPodSandbox", _asked.Begin(), failed: true);
        _asked.End("/runtime.v1.ImageService/PullImage", _asked.Begin(), failed: false);
        var text = (await GetAsync("/metrics")).Body;
        Assert.Contains("kubelet_runtime_operations_total{operation_type=\"run_podsandbox\"} 2\n", text);
        Assert.Contains("kubelet_runtime_operations_errors_total{operation_type=\"run_podsandbox\"} 1\n", text);
        Assert.Contains("kubelet_runtime_operations_duration_seconds_count{operation_type=\"pull_image\"} 1\n", text);
    }

    [Fact]
    public async Task While_the_API_cannot_be_asked_nobody_is_let_in()
    {
        _allowed.Add("get nodes/metrics node-1");
        _isAway = true;
        Assert.Equal((500, "Authorization error (user=tester, verb=get, resource=nodes, subresource(s)=[metrics])"), await GetAsync("/metrics"));
        Assert.Equal((401, "Unauthorized"), await GetAsync("/metrics", "Bearer another's"));
    }

    [Fact]
    public async Task While_the_node_starts_only_that_is_said()
    {
        _allowed.Add("get nodes/metrics node-1");
        _isStarting = true;
        Assert.Equal((503, "the node is starting"), await GetAsync("/metrics"));
    }

    [Fact]
    public async Task Who_wants_a_pod_while_the_node_takes_its_pods_over_is_answered_afterwards()
    {
        _allowed.Add("get nodes/proxy node-1");
        var taken = new TaskCompletionSource();
        _started = taken.Task;
        var early = GetAsync("/containerLogs/default/web/app");
        Assert.False(early.IsCompleted);
        taken.SetResult();
        Assert.Equal((404, "pod \"web\" not found"), await early);

        _started = new TaskCompletionSource().Task;
        var inVain = GetAsync("/containerLogs/default/web/app");
        _time.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal((503, "the node is starting"), await inVain);
    }

    [Theory]
    [InlineData("statusz")]
    [InlineData("flagz")]
    public async Task What_it_says_of_itself_needs_a_right_of_its_own_and_no_node(string page)
    {
        _isStarting = true;
        Assert.Equal(403, (await GetAsync($"/{page}")).Code);
        _allowed.Add($"get nodes/{page} node-1");
        var (code, body) = await GetAsync($"/{page}");
        Assert.Equal(200, code);
        Assert.StartsWith($"\nkubelet {(page == "flagz" ? "flags" : page)}\nWarning: ", body);
        Assert.Contains(page == "flagz" ? "\nnode-name=node-1\n" : "\nPaths: /attach /configz /containerLogs /exec /flagz /healthz /logs /metrics /pods /portForward /runningpods /stats /statusz\n", body);
    }

    [Fact]
    public async Task What_is_not_there_is_not_found()
    {
        _allowed.Add("get nodes/proxy node-1");
        Assert.Equal((404, "404 page not found\n"), await GetAsync("/nothing"));
        Assert.Equal((200, """{"kind":"PodList","apiVersion":"v1","metadata":{},"items":[]}""" + "\n"), await GetAsync("/pods"));
    }

    private async Task<(int Code, string Body)> GetAsync(string path, string? authorization = "Bearer tester's", string method = "GET")
    {
        using var body = new MemoryStream();
        var http = new DefaultHttpContext();
        http.Request.Method = method;
        http.Request.Path = path;
        http.Response.Body = body;
        if (authorization is not null)
        {
            http.Request.Headers.Authorization = authorization;
        }

        await _endpoint.HandleAsync(http);
        return (http.Response.StatusCode, System.Text.Encoding.UTF8.GetString(body.ToArray()));
    }

    private KubeletNode Node()
    {
        var mounts = new CgroupMounts(false, new Dictionary<string, string>());
        var stats = new NodeStats(
            () => [], _ => ValueTask.FromResult<IReadOnlyDictionary<string, FilesUsage>>(new Dictionary<string, FilesUsage>()), mounts, new CgroupTree("/x"), "/", TimeProvider.System);
        var environment = new NodeEnvironment(
            new SandboxSettings("node-1", ["10.96.0.10"], "cluster.local", new DnsSettings([], [], []), "/var/log/pods", null), [], default, 0, new ProbeOptions());
        var agent = new NodeAgentOptions { NodeName = "node-1", Status = new() { EndpointPort = 10250 } };
        return new("node-1", () => [], new NoStreams(), stats, new ProbeTally(), _asked, () => _problem)
        {
            Started = _started,
            Configuration = KubeletConfiguration.Write(agent, environment, NodeShutdownOptions.Default, "/run/x.sock"),
        };
    }

    /// <summary>Knows one user, and what that one may do.</summary>
    private sealed class Rights(HashSet<string> allowed, Func<bool> isAway) : IAccessControl
    {
        public ValueTask<UserInfo?> IdentifyAsync(X509Certificate2? certificate, string? authorization, CancellationToken stop) =>
            authorization == "Bearer tester's" ? ValueTask.FromResult<UserInfo?>(new UserInfo { Username = "tester" })
            : isAway() ? throw new HttpRequestException("connection refused")
            : ValueTask.FromResult<UserInfo?>(null);

        public ValueTask<bool> AllowsAsync(UserInfo user, ResourceAttributes wanted, CancellationToken stop) =>
            isAway() ? throw new IOException("the answer was lost") : ValueTask.FromResult(allowed.Contains($"{wanted.Verb} {wanted.Resource}/{wanted.Subresource} {wanted.Name}"));
    }
}
