using System.Collections.Concurrent;
using System.Net;
using Coppice.ApiServer.Aggregation;
using Coppice.ApiServer.Audit;
using Coppice.ApiServer.Authentication;
using Coppice.ApiServer.Authentication.Oidc;
using Coppice.ApiServer.Authorization;
using Coppice.ApiServer.Discovery;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Fairness;
using Coppice.ApiServer.Http;
using Coppice.ApiServer.InProcess;
using Coppice.ApiServer.Metrics;
using Coppice.ApiServer.OpenApi;
using Coppice.ApiServer.Proxying;
using Coppice.ApiServer.Registry;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Responses;
using Coppice.ApiServer.Usage;
using Coppice.Client;
using Coppice.Client.Heartbeats;
using Coppice.Client.Metrics;
using Coppice.Client.Pages;
using Coppice.Objects;
using Coppice.Objects.Authentication;
using Coppice.Objects.Meta;
using Coppice.Streaming;
using Coppice.Streaming.Tunnels;
using Coppice.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;

namespace Coppice.ApiServer;

/// <summary>What the pipeline answers with, beside the verbs.</summary>
/// <param name="Nodes">The streams of a node in this process; null for others, whose agents are asked.</param>
public sealed record PipelineParts(
    CertificateAuthority Authority,
    ServiceAccountTokens Tokens,
    Func<string, INodeStreams?> Nodes,
    IReadOnlyList<HealthCheck> Health,
    string ServerAddress)
{
    /// <summary>Tokens that are no service account's, and whose they are: what Kubernetes reads from its token file. None, if not said.</summary>
    public IReadOnlyDictionary<string, UserInfo> StaticTokens { get; init; } = new Dictionary<string, UserInfo>();

    /// <summary>Tokens of an OpenID Connect issuer; null for none.</summary>
    public OidcTokens? IssuedTokens { get; init; }

    /// <summary>How long a client may take to send a body.</summary>
    public TimeSpan BodyTime { get; init; } = RequestBody.Time;

    /// <summary>How many requests are answered at once.</summary>
    public FlowOptions Flow { get; init; } = new();

    /// <summary>Adds what other components of the process have to tell to the metrics.</summary>
    public Action<MetricsText> Metrics { get; init; } = _ => { };

    /// <summary>The options of this server by their names, to be shown to who may see them.</summary>
    public IReadOnlyDictionary<string, string> Flags { get; init; } = new Dictionary<string, string>();

    /// <summary>How the proxies of pods, services and nodes reach an address; null for the machine's own network.</summary>
    public Func<DnsEndPoint, CancellationToken, ValueTask<Stream>>? Connect { get; init; }

    /// <summary>Hears the heartbeat of a node, with what is cancelled when its connection is closed; null where nobody listens.</summary>
    public Func<string, Beat, CancellationToken, BeatAnswer>? Heartbeats { get; init; }

    /// <summary>What the server shows to the agents of nodes; null for nothing.</summary>
    public RenewedCertificate? AgentClient { get; init; }

    /// <summary>What the server shows to those who serve other parts of the API; null for nothing.</summary>
    public RenewedCertificate? FrontProxy { get; init; }
}

/// <summary>The way of every request over HTTP, from top to bottom.</summary>
public sealed partial class RequestPipeline
{
    // What is said before it is known how a request ends.
    private static readonly string[] OfRefusalsToo = [HeaderNames.Warning, RequestTurns.SchemaHeader, RequestTurns.LevelHeader, HttpAudit.IdHeader];

    private readonly ConcurrentQueue<ReconcileLoop<ObjectKey>> _loops = [];
    private readonly BodyDeadline _bodies;
    private readonly Authenticator _authenticator;
    private readonly Authorizer _authorizer;
    private readonly Impersonation _impersonation;
    private readonly RequestTurns _turns;
    private readonly HealthEndpoint _health;
    private readonly HeartbeatEndpoint? _heartbeats;
    private readonly StatusPages _pages;
    private readonly TunnelEndpoint _tunnels;
    private readonly RequestMetrics _requests;
    private readonly MetricsEndpoint _metrics;
    private readonly KindRegistry _kinds;
    private readonly OfServedApis<DiscoveryDocuments> _discovery;
    private readonly AggregationEndpoint _aggregation;
    private readonly OfServedApis<OpenApiDocuments> _openApi;
    private readonly IssuerDocuments _issuer;
    private readonly AuditLog? _audit;
    private readonly AuditIds _auditIds = new();
    private readonly ReviewEndpoint _reviews;
    private readonly ResourceEndpoint _resources;
    private readonly SubresourceEndpoint _subresources;
    private readonly TimeProvider _time;
    private readonly ILogger _log;

    public RequestPipeline(ApiVerbs verbs, PipelineParts parts, TimeProvider time, Random random, ILogger log)
    {
        var responses = new ResponseWriter(time);
        _bodies = new BodyDeadline(time, parts.BodyTime);
        var kept = new KeptTokens(verbs, InProcessClient.Open(verbs, Users.Component(InProcessClient.ApiServer)), time, log);
        var tokens = new TokenOwners(verbs, parts.Tokens, kept, new BootstrapTokens(verbs, time), parts.StaticTokens, parts.IssuedTokens, time);
        _authenticator = new Authenticator(tokens, parts.Authority, time);
        _authorizer = verbs.Authorizer;
        _impersonation = new Impersonation(_authorizer);
        Access = new InProcessAccessControl(_authenticator, _authorizer);
        var flows = new FlowControl(parts.Flow, time, random);
        _turns = new RequestTurns(flows, verbs.Kinds, verbs.List);
        Flows = (api, caches) => Told(new FlowReconciler(api, flows, time).WokenBy(caches, log));
        _health = new HealthEndpoint(parts.Health);
        _heartbeats = parts.Heartbeats is { } take ? new HeartbeatEndpoint(take) : null;
        string[] otherPaths =
        [
            ComponentPages.Flags, ComponentPages.Status, LevelDump.Path, LevelDump.QueuesPath, LevelDump.RequestsPath, MetricsEndpoint.Path, .. _health.Paths, .. OpenApiDocuments.Paths, IssuerDocuments.IssuerPath, IssuerDocuments.KeysPath,
        ];
        _pages = new StatusPages(new("kube-apiserver", ServerVersion.Number, parts.Flags, otherPaths, time), flows);
        _kinds = verbs.Kinds;
        _requests = new RequestMetrics(_kinds, otherPaths.ToHashSet(StringComparer.Ordinal), time);
        _metrics = new MetricsEndpoint(_requests, flows, verbs, text =>
        {
            kept.WriteTo(text);
            WriteTo(text, parts.Metrics);
        });
        _discovery = new(
            _kinds,
            verbs.Remote,
            (kinds, remote) => new DiscoveryDocuments(RemoteDiscovery.Merge(ServedGroups.Of(kinds.All), remote), parts.ServerAddress) { OtherPaths = otherPaths });
        var others = verbs.RemoteClient = new RemoteApiClient(verbs.Dialer, parts.FrontProxy);
        _aggregation = new AggregationEndpoint(verbs.Remote, others);
        ApiServices = (api, caches) => Told(new ApiServiceReconciler(api, _kinds, verbs.Remote, others, time).WokenBy(caches, log));
        var written = new WrittenDescriptions();
        _openApi = new(
            _kinds,
            verbs.Remote,
            (kinds, remote) => new OpenApiDocuments(ServedGroups.Of(kinds.All), [.. remote.Select(one => one.Described).OfType<OtherDescription>()], written));
        _issuer = new IssuerDocuments(parts.Tokens, parts.ServerAddress);
        _reviews = new ReviewEndpoint(tokens, _authorizer);
        _resources = new ResourceEndpoint(verbs, responses, new WatchEndpoint(verbs, responses, _requests.WatchEvents, time, random));
        var tunnels = new AgentTunnels(new TunnelOptions(), time);
        _tunnels = new TunnelEndpoint(tunnels);
        var (locator, proxies) = (new ProxyLocator(verbs), new ProxyClients(parts, tunnels));
        AgentFigures = new AgentFigures(locator, proxies, time);
        var streams = new StreamEndpoint(verbs, node => parts.Nodes(node) ?? new AgentStreams(node, locator, proxies, time), time);
        _subresources = new SubresourceEndpoint(verbs, _resources, streams, new ProxyEndpoint(verbs, locator, proxies));
        (_audit, _time, _log) = (verbs.Audit, time, log);
    }

    /// <summary>What nodes on other machines use. Whoever runs the pipeline puts it away.</summary>
    public AgentFigures AgentFigures { get; }

    /// <summary>The cluster's users and their rights, for what is served beside the API.</summary>
    public IAccessControl Access { get; }

    /// <summary>The loop that looks after the APIServices, by a client and the copies behind it.</summary>
    public Func<IApiClient, CacheSet, Func<CancellationToken, Task>> ApiServices { get; }

    /// <summary>The loop that keeps flow control as its objects have it, by a client and the copies behind it.</summary>
    public Func<IApiClient, CacheSet, Func<CancellationToken, Task>> Flows { get; }

    /// <summary>
    /// 1. Reads what is asked. 2. Identifies who asks, and for whom. 3. Waits for a turn and authorizes. 4. Answers: health, documents, reviews, objects. Whatever is
    /// refused on the way ends as a Status; a bug ends as an internal error, with its trace in the log.
    /// </summary>
    /// <param name="stopping">Ends the watches and streams when the server goes.</param>
    public async Task HandleAsync(HttpContext http, CancellationToken stopping)
    {
        var scope = RequestScope.Begin(http);
        scope.Add(_bodies);
        QueryParameters.ReadExactly(http);
        var request = ApiRequest.Parse(http.Request.Method, http.Request.Path.Value ?? "/", http.Request.Query.IsTrue("watch"));
        var running = _requests.Begin(http, request);
        using var span = RequestSpan.Begin(http, request);
        try
        {
            await AnswerOrRefuseAsync(http, request, scope, stopping);
        }
        finally
        {
            _requests.End(running, http.Response);
            scope.Find<AuditTrail>()?.Completed(http.Response.StatusCode);
            RequestSpan.End(span, http.Response.StatusCode);
        }
    }

    private async Task AnswerOrRefuseAsync(HttpContext http, ApiRequest request, RequestScope scope, CancellationToken stopping)
    {
        RequestDeadline? deadline = null;
        try
        {
            http.Response.Headers[HttpAudit.IdHeader] = HttpAudit.GivenId(http) ?? _auditIds.Next();
            deadline = scope.Add(RequestDeadline.Of(http, request, _time));
            if (http.Request.Path.Value?.Length + http.Request.QueryString.Value?.Length > WebServer.UrlBytesMax)
            {
                throw ApiErrors.RequestHeaderTooLarge();
            }

            await IdentifyAndAnswerAsync(http, request, scope, stopping);
        }
        catch (ApiError e)
        {
            await RefuseAsync(http, e);
        }
        catch (OperationCanceledException) when (deadline is { IsPast: true })
        {
            deadline.Dispose();
            await RefuseLateAsync(http);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client has gone; there is nobody to answer.
        }
        catch (BadHttpRequestException e)
        {
            await RefuseAsync(http, ApiErrors.BadRequest(e.Message));
        }
        catch (Exception e) when (e is not IOException)
        {
            LogBug(e, http.Request.Method, http.Request.Path.Value);
            await RefuseAsync(http, ApiErrors.InternalError(e.Message));
        }
        finally
        {
            deadline?.Dispose();
        }
    }

    private async Task IdentifyAndAnswerAsync(HttpContext http, ApiRequest request, RequestScope scope, CancellationToken stopping)
    {
        var identity = await _authenticator.IdentifyAsync(http.Connection.ClientCertificate, http.Request.Headers.Authorization.First(), http.RequestAborted);
        var requester = identity.User ?? throw RefuseUnknown(http, request, identity.Kept);
        if (_heartbeats is not null && HeartbeatEndpoint.Is(http))
        {
            await _heartbeats.HandleAsync(http, requester);
            return;
        }

        var trail = scope.Add(Follow(http, request, requester));
        Tell(identity.Kept, http, trail);
        var user = await _impersonation.ApplyAsync(requester, http.Request.Headers, http.RequestAborted);
        if (user != requester)
        {
            trail?.ActsAs(user);
        }

        var access = AccessRequest.Of(request, http.Request.Query.First("fieldSelector"));
        using var turn = scope.Add(await _turns.TakeAsync(http, request, user, access));
        var decision = await _authorizer.DecideAsync(user, access, http.RequestAborted);
        trail?.Decided(decision);
        Authorizer.Require(user, access, decision);
        await AnswerAsync(http, request, user, stopping);
    }

    private ApiError RefuseUnknown(HttpContext http, ApiRequest request, KeptTokenUse? kept)
    {
        var refused = ApiErrors.Unauthorized();
        if (_audit?.Begin(null, request, http, HttpAudit.OriginOf) is { } trail)
        {
            Annotate(trail, kept);
            trail.Answered(new ApiStatus { Message = HttpAudit.FailedAuthentication(http) });
            trail.Started(refused.Code);
        }

        return refused;
    }

    /// <summary>A loop of which /metrics tells from now on.</summary>
    private Func<CancellationToken, Task> Told(ReconcileLoop<ObjectKey> loop)
    {
        _loops.Enqueue(loop);
        return loop.RunAsync;
    }

    private void WriteTo(MetricsText text, Action<MetricsText> others)
    {
        foreach (var loop in _loops)
        {
            loop.WriteTo(text);
        }

        others(text);
    }

    private static void Tell(KeptTokenUse? kept, HttpContext http, AuditTrail? trail)
    {
        Annotate(trail, kept);
        if (kept?.Warning is { } warning)
        {
            Warnings.Add(http, [warning]);
        }
    }

    private static void Annotate(AuditTrail? trail, KeptTokenUse? kept)
    {
        foreach (var (key, value) in kept?.Notes ?? [])
        {
            trail?.Annotate(key, value);
        }
    }

    /// <summary>From here on the audit log is told of the request, if it wants to know; null if not.</summary>
    private AuditTrail? Follow(HttpContext http, ApiRequest request, UserInfo requester)
    {
        if (_audit?.Begin(requester, request, http, HttpAudit.OriginOf) is not { } trail)
        {
            return null;
        }

        trail.Received();
        if (request.IsLongRunning)
        {
            http.Response.OnStarting(
                static state =>
                {
                    var http = (HttpContext)state;
                    HttpAudit.TrailOf(http)!.Started(http.Response.StatusCode);
                    return Task.CompletedTask;
                },
                http);
        }

        return trail;
    }

    // What has begun cannot be taken back: the client sees that it is not whole.
    private static Task RefuseLateAsync(HttpContext http)
    {
        if (http.Response.HasStarted)
        {
            http.Abort();
            return Task.CompletedTask;
        }

        return RefuseAsync(http, ApiErrors.Timeout("request did not complete within the allotted timeout"));
    }

    private async Task AnswerAsync(HttpContext http, ApiRequest request, UserInfo user, CancellationToken stopping)
    {
        if (await _aggregation.TryHandleAsync(http, request, user))
        {
            return;
        }

        // What is no resource is health or a document; a resource is neither, so that nobody looks for it there.
        if (request.Resource is null
            ? await _health.TryHandleAsync(http) || await _metrics.TryHandleAsync(http) || await _pages.TryHandleAsync(http) || await _tunnels.TryHandleAsync(http, user, stopping) || await TryDocumentAsync(http)
            : await _reviews.TryHandleAsync(http, request, user))
        {
            return;
        }

        if (request.Resource is { Group: "", Resource: "bindings" } && request.Verb == "create")
        {
            await _subresources.BindAsync(http, user, request.Namespace ?? "");
            return;
        }

        if (request.Resource is not { } resource
            || _kinds.Current.Find(resource.Group, request.Version!, resource.Resource) is not { } served
            || (request.Namespace is not null && !served.Kind.Namespaced))
        {
            throw request.Resource is { } unknown && _discovery.Current.Groups.Any(group => group.Name == unknown.Group) ? ApiErrors.NoSuchResource() : ApiErrors.NoSuchPath();
        }

        if (!IsServed(http.Request.Method, request.Subresource))
        {
            throw ApiErrors.MethodNotAllowed();
        }

        await (request.Subresource is null
            ? _resources.HandleAsync(http, request, served, user, stopping)
            : _subresources.HandleAsync(http, request, served, user, stopping));
    }

    // Methods are what they are, letter by letter; behind a proxy there are two more.
    private static bool IsServed(string method, string? subresource) =>
        method is "GET" or "POST" or "PUT" or "PATCH" or "DELETE" || (subresource == "proxy" && method is "HEAD" or "OPTIONS");

    /// <summary>Discovery, the version and the schemas: documents that the server describes itself with.</summary>
    private async ValueTask<bool> TryDocumentAsync(HttpContext http)
    {
        var headers = http.Request.Headers;
        var path = http.Request.Path.Value ?? "/";
        var accept = headers.Accept.First();
        if ((_discovery.Current.Find(path, accept)
                ?? _issuer.Find(path)
                ?? _openApi.Current.Find(path, http.Request.Query.First("hash"), accept, headers.AcceptEncoding.First()))
            is not { } document)
        {
            return false;
        }

        if (http.Request.Method != "GET")
        {
            throw ApiErrors.MethodNotAllowed();
        }

        await DocumentAnswer.WriteAsync(http, document, _time.GetUtcNow());
        return true;
    }

    private static async Task RefuseAsync(HttpContext http, ApiError error)
    {
        if (!http.Response.HasStarted)
        {
            var kept = Array.ConvertAll(OfRefusalsToo, name => http.Response.Headers[name]);
            http.Response.Clear();
            for (var i = 0; i < kept.Length; i++)
            {
                http.Response.Headers[OfRefusalsToo[i]] = kept[i];
            }

            if (error.Status.Details?.RetryAfterSeconds is > 0 and var seconds)
            {
                http.Response.Headers.RetryAfter = $"{seconds}";
            }

            await (error.Text is { } text
                ? ResponseWriter.WriteTextAsync(http, text, error.Code)
                : ResponseWriter.WriteStatusAsync(http, error.Status, error.Code));
        }
    }

    [LoggerMessage(2001, LogLevel.Error, "{Method} {Path} failed by a mistake of ours")]
    private partial void LogBug(Exception e, string method, string? path);
}
