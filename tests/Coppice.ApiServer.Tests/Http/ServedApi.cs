using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Coppice.ApiServer.Audit;
using Coppice.ApiServer.Authentication;
using Coppice.ApiServer.Authentication.Oidc;
using Coppice.ApiServer.Authorization.Bootstrap;
using Coppice.ApiServer.Fairness;
using Coppice.ApiServer.Http;
using Coppice.ApiServer.InProcess;
using Coppice.ApiServer.Registry;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Services;
using Coppice.ApiServer.Usage;
using Coppice.Client;
using Coppice.Client.Heartbeats;
using Coppice.Objects.Authentication;
using Coppice.Objects.Core;
using Coppice.Store;
using Coppice.Store.InMemory;
using Coppice.Testing;
using Coppice.Web;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coppice.ApiServer.Tests.Http;

/// <summary>The real pipeline over HTTPS on loopback, with the store in memory and nothing else: no controllers, no node.</summary>
public sealed class ServedApi : IAsyncLifetime
{
    private readonly InMemoryRevisionStore _store = new();
    private readonly CertificateAuthority _authority = OldAuthority();
    private readonly ServiceAccountTokens _tokens = new(TestKeys.Tokens, TimeProvider.System);
    private WebServer? _host;
    private HttpClient? _admin;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _following = new();
    private Func<Task> _follow = () => Task.CompletedTask;
    private Task? _definitions;
    private Func<Task> _aggregate = () => Task.CompletedTask;
    private Task? _aggregating;
    private Func<Task> _followFlows = () => Task.CompletedTask;
    private Task? _flows;
    private int _spaces;

    /// <summary>How long a client has for a body: shorter than in earnest, long for one that means well.</summary>
    public static readonly TimeSpan BodyTime = TimeSpan.FromSeconds(3);

    /// <summary>What the requests are timed by; it must begin now, or certificates are not good.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>What connections are timed by as the server goes.</summary>
    public TimeProvider ConnectionTime { get; init; } = TimeProvider.System;

    /// <summary>How many requests are answered at once.</summary>
    public FlowOptions Flow { get; init; } = new();

    public IReadOnlyList<HealthCheck> Health { get; init; } = [];

    /// <summary>Told of the requests; null for nobody.</summary>
    public AuditLog? Audit { get; init; }

    /// <summary>Whose ID tokens are taken; null for nobody's.</summary>
    public OidcTokens? IssuedTokens { get; init; }

    /// <summary>Hears what agents say of themselves; null for nobody.</summary>
    public Func<string, Beat, CancellationToken, BeatAnswer>? Heartbeats { get; init; }

    public Uri Address { get; private set; } = new("https://127.0.0.1:1");

    public async ValueTask InitializeAsync()
    {
        var verbs = new ApiVerbs(_store, ServiceAllocationOptions.Default, _tokens, TimeProvider.System, new Random(1), ConnectAsync) { Audit = Audit };
        Verbs = verbs;
        Kinds = verbs.Kinds;
        await FillAsync(new InProcessClient(verbs, "system:apiserver"));
        _follow = () => verbs.Definitions.RunAsync(NullLogger.Instance, _stopping.Token);
        var parts = new PipelineParts(_authority, _tokens, _ => null, Health, "127.0.0.1:6443")
        {
            StaticTokens = new Dictionary<string, UserInfo> { ["known"] = Users.Of("operator", Users.Masters, Users.Authenticated) },
            IssuedTokens = IssuedTokens,
            Heartbeats = Heartbeats,
            Connect = ConnectAsync,
            BodyTime = BodyTime,
            Flow = Flow,
            Flags = new Dictionary<string, string> { ["port"] = "6443", ["node-name"] = "node-1" },
        };
        var pipeline = new RequestPipeline(verbs, parts, Time, new Random(2), NullLogger.Instance);
        Figures = pipeline.AgentFigures;
        var own = new InProcessClient(verbs, InProcessClient.ApiServer);
        var caches = new CacheSet(own, TimeProvider.System, NullLoggerFactory.Instance);
        var flowCaches = new CacheSet(own, TimeProvider.System, NullLoggerFactory.Instance);
        _followFlows = () => Task.WhenAll(pipeline.Flows(own, flowCaches)(_stopping.Token), flowCaches.RunAsync(_stopping.Token));
        _aggregate = () => Task.WhenAll(pipeline.ApiServices(own, caches)(_stopping.Token), caches.RunAsync(_stopping.Token));
        var issued = _authority.IssueServer(["localhost"], [IPAddress.Loopback]);
        var port = FreePort();
        _host = await WebServer.StartAsync(
            [new HttpsService(new HttpsPort(port, X509Certificate2.CreateFromPem(issued.CertificatePem, issued.KeyPem)), pipeline.HandleAsync)], ConnectionTime, NullLoggerFactory.Instance, default);
        Address = new Uri($"https://127.0.0.1:{port}");
        var credentials = _authority.IssueClient("admin", "system:masters");
        AdminCertificate = X509Certificate2.CreateFromPem(credentials.CertificatePem, credentials.KeyPem);
        _admin = ClientOf(credentials);
    }

    /// <summary>What every cluster has.</summary>
    private static async Task FillAsync(InProcessClient api)
    {
        foreach (var name in (string[])["kube-system", "kube-public"])
        {
            await api.CreateAsync(new Namespace { Metadata = new() { Name = name } }, default);
        }

        await BootstrapPolicy.EnsureAsync(api, default);
    }

    /// <summary>From now on, what others serve of the API is looked after.</summary>
    public void Aggregate()
    {
        lock (_following)
        {
            _aggregating ??= _aggregate();
        }
    }

    /// <summary>From now on, requests are answered in the order that flow schemas and priority levels say.</summary>
    public void FollowFlows()
    {
        lock (_following)
        {
            _flows ??= _followFlows();
        }
    }

    /// <summary>The server goes, as when its process is told to.</summary>
    public async Task StopServingAsync()
    {
        await _host!.DisposeAsync();
        _host = null;
    }

    public X509Certificate2 AdminCertificate { get; private set; } = null!;

    public ApiVerbs Verbs { get; private set; } = null!;

    public KindRegistry Kinds { get; private set; } = null!;

    /// <summary>What agents are asked for by the server itself.</summary>
    public AgentFigures Figures { get; private set; } = null!;

    public ServiceAccountTokens Tokens => _tokens;

    /// <summary>From now on, what is defined is served: the one loop of the API server, for tests that want it.</summary>
    public void FollowDefinitions()
    {
        lock (_following)
        {
            _definitions ??= _follow();
        }
    }

    /// <summary>A certificate as our authority would have made it at some other time.</summary>
    public IssuedCertificate IssueAt(TimeProvider time, string user, params IReadOnlyList<string> groups) =>
        CertificateAuthority.Load(_authority.CertificatePem, _authority.KeyPem, time).IssueClient(user, groups);

    /// <summary>A certificate of ours that is meant for a server.</summary>
    public IssuedCertificate IssueServer(string name = "localhost") => _authority.IssueServer([name], []);

    /// <summary>A certificate of ours for a client, whatever its subject.</summary>
    public IssuedCertificate Issue(X500DistinguishedName subject)
    {
        using var authority = X509Certificate2.CreateFromPem(_authority.CertificatePem, _authority.KeyPem);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.2")], false));
        var now = TimeProvider.System.GetUtcNow();
        using var made = request.Create(authority, now.AddDays(-1), now.AddDays(1), [1, 2, 3]);
        return new(made.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem(), made.NotAfter);
    }

    /// <summary>A client with this certificate, or with none.</summary>
    public HttpClient ClientOf(IssuedCertificate? certificate) => new(HandlerOf(certificate)) { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(30) };

    /// <summary>The same for who wants each answer as soon as it begins.</summary>
    public static SocketsHttpHandler HandlerOf(IssuedCertificate? certificate)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            ResponseHeaderEncodingSelector = (_, _) => Encoding.UTF8,
            RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8,
        };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        if (certificate is not null)
        {
            handler.SslOptions.ClientCertificates = [X509Certificate2.CreateFromPem(certificate.CertificatePem, certificate.KeyPem)];
        }

        return handler;
    }

    /// <summary>A certificate of this cluster's authority.</summary>
    public IssuedCertificate Issue(string user, params IReadOnlyList<string> groups) => _authority.IssueClient(user, groups);

    public HttpClient Admin => _admin!;

    /// <summary>Asks as an administrator.</summary>
    /// <param name="body">JSON, unless <paramref name="type"/> says otherwise.</param>
    public Task<Answer> SendAsync(string method, string path, string? body = null, string type = "application/json", string? accept = null) =>
        SendAsync(Admin, method, path, body, type, accept);

    /// <summary>Asks as whoever the client is.</summary>
    public static async Task<Answer> SendAsync(
        HttpClient client, string method, string path, string? body = null, string type = "application/json", string? accept = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        }

        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }

        using var response = await client.SendAsync(request);
        return await Answer.OfAsync(response);
    }

    public Task<Answer> GetAsync(string path, string? accept = null) => SendAsync("GET", path, accept: accept);

    public Task<Answer> PostAsync(string path, string body) => SendAsync("POST", path, body);

    public Task<Answer> PatchAsync(string path, string patch) => SendAsync("PATCH", path, patch, "application/merge-patch+json");

    /// <summary>Makes a namespace of its own for a test; returns the path of its core resources: <c>/api/v1/namespaces/NAME</c>.</summary>
    public async Task<string> NewNamespaceAsync()
    {
        var name = $"space-{Interlocked.Increment(ref _spaces)}";
        Assert.Equal(201, (await PostAsync("/api/v1/namespaces", $$$"""{"metadata":{"name":"{{{name}}}"}}""")).Code);
        (await PostAsync($"/api/v1/namespaces/{name}/serviceaccounts", """{"metadata":{"name":"default"}}""")).Good();
        return $"/api/v1/namespaces/{name}";
    }

    public async Task<Answer> NewConfigMapAsync(string space, string name, string more = "") =>
        await PostAsync($"{space}/configmaps", $$$$$"""{"metadata":{"name":"{{{{{name}}}}}"{{{{{more}}}}}},"data":{"a":"1"}}""");

    /// <summary>Forgets the history up to now, as the compaction does that runs every few minutes.</summary>
    public ValueTask CompactAsync() => _store.CompactAsync(_store.Current, default);

    public Revision Current => _store.Current;

    public async ValueTask DisposeAsync()
    {
        _admin?.Dispose();
        await _stopping.CancelAsync();
        await (_definitions ?? Task.CompletedTask);
        await (_aggregating ?? Task.CompletedTask).ContinueWith(_ => { }, TaskScheduler.Default);
        await (_flows ?? Task.CompletedTask).ContinueWith(_ => { }, TaskScheduler.Default);
        _stopping.Dispose();
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }

        await _store.DisposeAsync();
        _tokens.Dispose();
        _authority.Dispose();
    }

    // Old enough to have certificates that have run out.
    private static CertificateAuthority OldAuthority()
    {
        using var made = CertificateAuthority.Create(new FixedTime(TimeProvider.System.GetUtcNow().AddYears(-3)));
        return CertificateAuthority.Load(made.CertificatePem, made.KeyPem, TimeProvider.System);
    }

    // The pods of these tests have addresses for documentation (RFC 5737); what they serve is served on loopback.
    private static async ValueTask<Stream> ConnectAsync(DnsEndPoint to, CancellationToken stop)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, to.Port, stop);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}

/// <summary>What the server answered.</summary>
public sealed record Answer(int Code, JsonNode? Body, IReadOnlyList<string> Warnings)
{
    public string Message => (string?)Body?["message"] ?? "";

    public string Reason => (string?)Body?["reason"] ?? "";

    public string Version => (string)Body!["metadata"]!["resourceVersion"]!;

    public IReadOnlyList<string> Names => [.. Body!["items"]!.AsArray().Select(item => (string)item!["metadata"]!["name"]!)];

    public static async Task<Answer> OfAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        var warnings = response.Headers.TryGetValues("Warning", out var given) ? given.ToList() : [];
        return new((int)response.StatusCode, Parse(text), warnings);
    }

    /// <summary>Requires a refusal, and returns its message.</summary>
    public string Refused(int code, string reason)
    {
        Assert.True(Code == code && Reason == reason, $"expected {code} {reason}, got {Code} {Reason}: {Body}");
        Assert.Equal("Failure", (string?)Body!["status"]);
        Assert.Equal(code, (int?)Body["code"]);
        return Message;
    }

    /// <summary>Requires success.</summary>
    public Answer Good()
    {
        Assert.True(Code is 200 or 201, $"expected success, got {Code}: {Body}");
        return this;
    }

    public override string ToString() => $"{Code} {Body}";

    private static JsonNode? Parse(string text)
    {
        try
        {
            return text.Length == 0 ? null : JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return JsonValue.Create(text);
        }
    }
}
