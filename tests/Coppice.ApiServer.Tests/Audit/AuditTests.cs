using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Coppice.ApiServer.Audit;
using Coppice.ApiServer.InProcess;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Tests.Http;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coppice.ApiServer.Tests.Audit;

/// <summary>What the audit log tells of requests.</summary>
public sealed class AuditTests : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private ServedApi? _api;
    private AuditLog? _log;

    private string Log => Path.Combine(_directory.Path, "audit.log");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await (_api?.DisposeAsync() ?? default);
        await (_log?.DisposeAsync() ?? default);
        _directory.Dispose();
    }

    [Fact]
    public async Task A_request_is_told_when_it_comes_and_when_it_is_answered()
    {
        var api = await StartAsync("[{level: RequestResponse}]");
        using var jane = api.ClientOf(api.Issue("jane", "system:masters"));
        jane.DefaultRequestHeaders.UserAgent.ParseAdd("kubectl/v1.36.0");
        jane.DefaultRequestHeaders.Add("X-Forwarded-For", "198.51.100.7, nonsense");
        using var response = await jane.PostAsync(
            "/api/v1/namespaces/kube-system/configmaps?dryRun=All",
            new StringContent("""{"metadata":{"name":"a"},"data":{"k":"v"}}""", new MediaTypeHeaderValue("application/json")),
            Stop);
        var id = response.Headers.GetValues("Audit-Id").Single();
        var events = await EventsAsync(id, 2);
        Assert.Equal(["RequestReceived", "ResponseComplete"], events.Select(one => (string?)one["stage"]));
        var (first, last) = (events[0], events[1]);
        Assert.All(events, one =>
        {
            Assert.Equal(("Event", "audit.k8s.io/v1", "RequestResponse", "create"), (Text(one, "kind"), Text(one, "apiVersion"), Text(one, "level"), Text(one, "verb")));
            Assert.Equal("/api/v1/namespaces/kube-system/configmaps?dryRun=All", Text(one, "requestURI"));
            Assert.Equal("jane", Text(one["user"]!, "username"));
            Assert.Equal(["system:masters", "system:authenticated"], one["user"]!["groups"]!.AsArray().Select(group => (string?)group));
            Assert.Equal(["198.51.100.7", "127.0.0.1"], one["sourceIPs"]!.AsArray().Select(ip => (string?)ip));
            Assert.Equal("kubectl/v1.36.0", Text(one, "userAgent"));
            Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$", Text(one, "stageTimestamp"));
            Assert.Equal(Text(first, "requestReceivedTimestamp"), Text(one, "requestReceivedTimestamp"));
        });
        Assert.Null(first["responseStatus"]);
        Assert.Equal("""{"resource":"configmaps","namespace":"kube-system","name":"a","apiVersion":"v1"}""", last["objectRef"]!.ToJsonString());
        Assert.Equal("""{"metadata":{},"code":201}""", last["responseStatus"]!.ToJsonString());
        Assert.Equal("v", Text(last["requestObject"]!["data"]!, "k"));
        Assert.NotNull(last["responseObject"]!["metadata"]!["managedFields"]);
        Assert.Equal("allow", Text(last["annotations"]!, "authorization.k8s.io/decision"));
    }

    [Fact]
    public async Task Tokens_that_are_kept_in_secrets_are_told_of()
    {
        var api = await StartAsync("[{level: Metadata, users: ['system:serviceaccount:default:robot']}, {level: Metadata, nonResourceURLs: ['/version']}, {level: None}]\nomitStages: [RequestReceived]");
        const string Space = "/api/v1/namespaces/default";
        (await api.PostAsync("/api/v1/namespaces", """{"metadata":{"name":"default"}}""")).Good();
        var account = (await api.PostAsync($"{Space}/serviceaccounts", """{"metadata":{"name":"robot"}}""")).Good().Body!["metadata"]!;
        var token = api.Tokens.SignKept(new("default", "robot", Text(account, "uid")!), "kept");
        (await api.PostAsync(
            $"{Space}/secrets",
            $$$"""{"metadata":{"name":"kept","annotations":{"kubernetes.io/service-account.name":"robot"}},"type":"kubernetes.io/service-account-token","data":{"token":"{{{Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(token))}}}"}}""")).Good();
        using var robot = api.ClientOf(null);
        robot.DefaultRequestHeaders.Authorization = new("Bearer", token);
        await ServedApi.SendAsync(robot, "GET", "/api");
        (await api.PatchAsync($"{Space}/serviceaccounts/robot", """{"secrets":[{"name":"kept"}]}""")).Good();
        await ServedApi.SendAsync(robot, "GET", "/api");
        (await api.PatchAsync($"{Space}/secrets/kept", """{"metadata":{"labels":{"kubernetes.io/legacy-token-invalid-since":"2026-01-01"}}}""")).Good();
        (await ServedApi.SendAsync(robot, "GET", "/version")).Refused(401, "Unauthorized");

        var events = await EventsAsync("", 3);
        const string Key = "authentication.k8s.io/legacy-token";
        Assert.All(events, one => Assert.Equal("system:serviceaccount:default:robot", Text(one["annotations"]!, Key)));
        Assert.Equal("kept", Text(events[0]["annotations"]!, $"{Key}-manual-secret"));
        Assert.Equal("kept", Text(events[1]["annotations"]!, $"{Key}-autogenerated-secret"));
        Assert.Equal("kept/default", Text(events[2]["annotations"]!, $"{Key}-invalidated"));
    }

    [Fact]
    public async Task Levels_and_stages_are_as_the_policy_says()
    {
        var api = await StartAsync("""
            [{level: None, nonResourceURLs: ['/version']}, {level: Metadata, verbs: [create]}, {level: Request, verbs: [patch], omitManagedFields: true}, {level: None}]
            omitStages: [RequestReceived]
            """);
        var space = await api.NewNamespaceAsync();
        await api.NewConfigMapAsync(space, "a");
        (await api.PatchAsync($"{space}/configmaps/a", "{\n\"data\": {\"a\": \"2\"}}")).Good();
        await api.GetAsync("/version");
        var events = await EventsAsync("", 4);
        Assert.Equal(["Metadata create namespaces", "Metadata create serviceaccounts", "Metadata create configmaps", "Request patch configmaps"], events.Select(one => $"{one["level"]} {one["verb"]} {one["objectRef"]!["resource"]}"));
        Assert.Equal("a", Text(events[2]["objectRef"]!, "name"));
        Assert.Null(events[2]["requestObject"]);
        Assert.Equal("""{"data":{"a":"2"}}""", events[3]["requestObject"]!.ToJsonString());
        Assert.Null(events[3]["responseObject"]);
    }

    [Fact]
    public async Task Lists_are_told_without_managed_fields_where_they_are_not_wanted()
    {
        var api = await StartAsync("[{level: RequestResponse, verbs: [list]}]\nomitManagedFields: true");
        var space = await api.NewNamespaceAsync();
        await api.NewConfigMapAsync(space, "a");
        (await api.GetAsync($"{space}/configmaps", "application/vnd.kubernetes.protobuf")).ToString();
        var told = (await EventsAsync("", 2))[1];
        var item = Assert.Single(told["responseObject"]!["items"]!.AsArray())!;
        Assert.Equal("a", Text(item["metadata"]!, "name"));
        Assert.Null(item["metadata"]!["managedFields"]);
    }

    [Fact]
    public async Task Refusals_are_told_with_whom_they_concern()
    {
        var api = await StartAsync("[{level: Metadata, omitStages: [RequestReceived]}]");
        using var jane = api.ClientOf(api.Issue("jane", "people"));
        (await ServedApi.SendAsync(jane, "GET", "/api/v1/secrets")).Refused(403, "Forbidden");
        using var unknown = api.ClientOf(null);
        unknown.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "stolen");
        (await ServedApi.SendAsync(unknown, "GET", "/api/v1/secrets")).Refused(401, "Unauthorized");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/nodes");
        request.Headers.Add("Impersonate-User", "joe");
        request.Headers.Add("Audit-ID", "of-my-own");
        using var asJoe = await api.Admin.SendAsync(request, Stop);
        Assert.Equal("of-my-own", asJoe.Headers.GetValues("Audit-Id").Single());

        // Each is told after its answer, and the next may have been answered meanwhile.
        var events = await EventsAsync("", 3);
        var impersonated = events.Single(told => Text(told, "auditID") == "of-my-own");
        var nobody = events.Single(told => (int)told["responseStatus"]!["code"]! == 401);
        var forbidden = events.Single(told => told != impersonated && told != nobody);
        Assert.Equal("forbid", Text(forbidden["annotations"]!, "authorization.k8s.io/decision"));
        Assert.Equal(("Failure", "Forbidden", 403), (Text(forbidden["responseStatus"]!, "status"), Text(forbidden["responseStatus"]!, "reason"), (int)forbidden["responseStatus"]!["code"]!));
        Assert.Equal("ResponseStarted", Text(nobody, "stage"));
        Assert.Equal("""{"metadata":{},"message":"Authentication failed, attempted: bearer","code":401}""", nobody["responseStatus"]!.ToJsonString());
        Assert.Equal("{}", nobody["user"]!.ToJsonString());
        Assert.Equal(("admin", "joe"), (Text(impersonated["user"]!, "username"), Text(impersonated["impersonatedUser"]!, "username")));
    }

    [Fact]
    public async Task A_watch_is_told_when_it_starts_and_when_it_ends()
    {
        var api = await StartAsync("[{level: Metadata, verbs: [watch]}]");
        using (var stream = await api.Admin.GetStreamAsync("/api/v1/nodes?watch=1", Stop))
        {
            Assert.Equal(["RequestReceived", "ResponseStarted"], (await EventsAsync("", 2)).Select(one => (string?)one["stage"]));
        }

        Assert.Equal("ResponseComplete", Text((await EventsAsync("", 3))[2], "stage"));
    }

    [Fact]
    public async Task Components_of_the_process_are_told_of_under_their_own_names()
    {
        var api = await StartAsync("[{level: Request, userGroups: ['system:serviceaccounts:kube-system'], omitStages: [RequestReceived]}]");
        var controller = InProcessClient.Open(api.Verbs, Users.Controller("root-ca-cert-publisher"));
        var map = new ConfigMap { Metadata = new() { Name = "made", Namespace = "kube-system" } };
        await controller.CreateAsync(map, Stop);
        await Assert.ThrowsAnyAsync<ApiException>(async () => await controller.DeleteAsync<ConfigMap>(new("kube-system", "made"), null, Stop));
        var events = await EventsAsync("", 2);
        Assert.All(events, one => Assert.Equal("system:serviceaccount:kube-system:root-ca-cert-publisher", Text(one["user"]!, "username")));
        Assert.Equal(("create", "/api/v1/namespaces/kube-system/configmaps", 201, "made"), (Text(events[0], "verb"), Text(events[0], "requestURI"), (int)events[0]["responseStatus"]!["code"]!, Text(events[0]["objectRef"]!, "name")));
        Assert.Equal(
            "RBAC: allowed by ClusterRoleBinding \"system:controller:root-ca-cert-publisher\" of ClusterRole \"system:controller:root-ca-cert-publisher\" to ServiceAccount \"root-ca-cert-publisher/kube-system\"",
            Text(events[0]["annotations"]!, "authorization.k8s.io/reason"));
        Assert.Equal(("delete", 403, "forbid"), (Text(events[1], "verb"), (int)events[1]["responseStatus"]!["code"]!, Text(events[1]["annotations"]!, "authorization.k8s.io/decision")));
    }

    [Fact]
    public async Task What_components_ask_is_told_with_the_answer_that_others_would_get()
    {
        var api = await StartAsync("[{level: Metadata, users: ['system:node:n1', 'system:serviceaccount:kube-system:root-ca-cert-publisher'], omitStages: [RequestReceived]}]");
        var agent = InProcessClient.Open(api.Verbs, Users.Of("system:node:n1", Users.Nodes, Users.Authenticated));
        await agent.ListAsync(BuiltInKinds.Of<Pod>(), new ListQuery(FieldSelector: "spec.nodeName=n1"), Stop);
        Assert.Null(await agent.FindAsync<Node>(new("", "n1"), Stop));
        var publisher = InProcessClient.Open(api.Verbs, Users.Controller("root-ca-cert-publisher"));
        await using (var watch = publisher.Watch(BuiltInKinds.Of<Secret>(), new ListQuery(), "0"))
        {
            await Assert.ThrowsAnyAsync<ApiException>(async () => await watch.NextAsync(Stop));
        }

        await _log!.DisposeAsync();
        Assert.Equal(
            ["list pods ResponseComplete 200 allow", "get nodes ResponseComplete 404 allow", "watch secrets ResponseComplete 403 forbid"],
            Lines().Select(line => JsonNode.Parse(line)!).Select(one =>
                $"{one["verb"]} {one["objectRef"]!["resource"]} {one["stage"]} {one["responseStatus"]!["code"]} {one["annotations"]!["authorization.k8s.io/decision"]}"));
    }

    [Fact]
    public async Task A_path_is_told_as_it_came()
    {
        var api = await StartAsync("[{level: Metadata}]");
        await api.GetAsync("/api/v1/namespaces/a%20b/pods?labelSelector=a%3Db");
        await _log!.DisposeAsync();
        Assert.All(Lines(), line => Assert.Equal("/api/v1/namespaces/a%20b/pods?labelSelector=a%3Db", Text(JsonNode.Parse(line)!, "requestURI")));
        Assert.NotEmpty(Lines());
    }

    [Fact]
    public async Task A_full_disk_costs_events_and_no_requests()
    {
        var log = new AuditLog(AuditPolicy.Parse(PolicyOf("[{level: Metadata}]"), "policy.yaml"), new AuditLogOptions("/dev/full"), TimeProvider.System, NullLogger.Instance);
        var api = await StartAsync(log);
        (await api.GetAsync("/version")).Good();
        await Eventually.TrueAsync("events that are lost", TimeSpan.FromSeconds(20), () => log.Totals.Lost > 0);
        (await api.GetAsync("/version")).Good();
    }

    [Fact]
    public async Task What_waits_for_a_slow_disk_is_bounded()
    {
        // Nobody writes: the disk is as slow as can be.
        var log = new AuditLog(
            AuditPolicy.Parse(PolicyOf("[{level: Metadata}]"), "policy.yaml"), new AuditLogOptions(Log) { WaitingBytesMax = 2000 }, TimeProvider.System, NullLogger.Instance);
        _api = new ServedApi { Audit = log };
        await _api.InitializeAsync();
        for (var i = 0; i < 5; i++)
        {
            (await _api.GetAsync("/version")).Good();
        }

        Assert.InRange(log.Totals.Lost, log.Totals.Told - 5, log.Totals.Told - 1);
    }

    private static string PolicyOf(string rules) => $"apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: {rules}";

    private static string? Text(JsonNode node, string name) => (string?)node[name];

    private Task<ServedApi> StartAsync(string rules) =>
        StartAsync(new AuditLog(AuditPolicy.Parse(PolicyOf(rules), "policy.yaml"), new AuditLogOptions(Log), TimeProvider.System, NullLogger.Instance));

    private async Task<ServedApi> StartAsync(AuditLog log)
    {
        (_log = log).Start();
        _api = new ServedApi { Audit = log };
        await _api.InitializeAsync();
        return _api;
    }

    /// <summary>The events of a request, or all, as soon as there are so many.</summary>
    private Task<IReadOnlyList<JsonNode>> EventsAsync(string id, int count) => Eventually.SeeAsync(
        $"{count} events",
        TimeSpan.FromSeconds(20),
        () => Task.FromResult<IReadOnlyList<JsonNode>>([.. Lines().Select(line => JsonNode.Parse(line)!).Where(one => id.Length == 0 || Text(one, "auditID") == id)]),
        events => events.Count >= count);

    private IEnumerable<string> Lines()
    {
        if (!File.Exists(Log))
        {
            return [];
        }

        using var reader = new StreamReader(new FileStream(Log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
