using System.Net;
using System.Security.Cryptography.X509Certificates;
using Coppice.ApiServer.Aggregation;
using Coppice.ApiServer.Authentication;
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
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Authentication;
using Coppice.Streaming;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Coppice.ApiServer;

/// <summary>What the pipeline answers with, beside the verbs.</summary>
/// <param name="Nodes">The streams of the node of a name; null if it cannot be reached.</param>
public sealed record PipelineParts(
    CertificateAuthority Authority,
    ServiceAccountTokens Tokens,
    Func<string, INodeStreams?> Nodes,
    IReadOnlyList<HealthCheck> Health,
    string ServerAddress)
{
    /// <summary>Tokens that are no service account's, and whose they are: what Kubernetes reads from its token file. None, if not said.</summary>
    public IReadOnlyDictionary<string, UserInfo> StaticTokens { get; init; } = new Dictionary<string, UserInfo>();

    /// <summary>How long a client may take to send a body.</summary>
    public TimeSpan BodyTime { get; init; } = RequestBody.Time;

    /// <summary>How many requests that read, and that write, are answered at once.</summary>
    public (TurnLimits Reading, TurnLimits Writing) Turns { get; init; } = (new() { Running = TurnLimits.Reading }, new() { Running = TurnLimits.Writing });

    /// <summary>How the proxies of pods, services and nodes reach an address; null for the machine's own network.</summary>
    public Func<DnsEndPoint, CancellationToken, ValueTask<Stream>>? Connect { get; init; }

    /// <summary>What the server shows to the agents of nodes, with its key; null for nothing.</summary>
    public X509Certificate2? AgentClient { get; init; }

    /// <summary>What the server shows to those who serve other parts of the API, with its key; null for nothing.</summary>
    public X509Certificate2? FrontProxy { get; init; }
}

/// <summary>The way of every request over HTTP, from top to bottom.</summary>
public sealed partial class RequestPipeline
{
    private readonly BodyDeadline _bodies;
    private readonly Authenticator _authenticator;
    private readonly Authorizer _authorizer;
    private readonly Impersonation _impersonation;
    private readonly RequestFairness _fairness;
    private readonly HealthEndpoint _health;
    private readonly RequestMetrics _requests;
    private readonly MetricsEndpoint _metrics;
    private readonly KindRegistry _kinds;
    private readonly OfServedApis<DiscoveryDocuments> _discovery;
    private readonly AggregationEndpoint _aggregation;
    private readonly OfServedKinds<OpenApiDocuments> _openApi;
    private readonly IssuerDocuments _issuer;
    private readonly ReviewEndpoint _reviews;
    private readonly ResourceEndpoint _resources;
    private readonly SubresourceEndpoint _subresources;
    private readonly TimeProvider _time;
    private readonly ILogger _log;

    public RequestPipeline(ApiVerbs verbs, PipelineParts parts, TimeProvider time, Random random, ILogger log)
    {
        var responses = new ResponseWriter(time);
        _bodies = new BodyDeadline(time, parts.BodyTime);
        var tokens = new TokenOwners(verbs, parts.Tokens, new BootstrapTokens(verbs, time), parts.StaticTokens);
        _authenticator = new Authenticator(tokens, parts.Authority, time);
        _authorizer = verbs.Authorizer;
        _impersonation = new Impersonation(_authorizer);
        Access = new InProcessAccessControl(_authenticator, _authorizer);
        _fairness = new RequestFairness(parts.Turns.Reading, parts.Turns.Writing, time);
        _health = new HealthEndpoint(parts.Health);
        string[] otherPaths = [MetricsEndpoint.Path, .. _health.Paths, .. OpenApiDocuments.Paths, IssuerDocuments.IssuerPath, IssuerDocuments.KeysPath];
        _kinds = verbs.Kinds;
        _requests = new RequestMetrics(_kinds, otherPaths.ToHashSet(StringComparer.Ordinal), time);
        _metrics = new MetricsEndpoint(_requests, () => verbs.Current);
        _discovery = new(
            _kinds,
            verbs.Remote,
            (kinds, remote) => new DiscoveryDocuments(RemoteDiscovery.Merge(ServedGroups.Of(kinds.All), remote), parts.ServerAddress) { OtherPaths = otherPaths });
        var others = new RemoteApiClient(verbs.Dialer, parts.FrontProxy);
        _aggregation = new AggregationEndpoint(verbs.Remote, others);
        ApiServices = (api, caches) => new ApiServiceReconciler(api, _kinds, verbs.Remote, others, time).WokenBy(caches, log).RunAsync;
        _openApi = new(_kinds, kinds => new OpenApiDocuments(ServedGroups.Of(kinds.All)));
        _issuer = new IssuerDocuments(parts.Tokens, parts.ServerAddress);
        _reviews = new ReviewEndpoint(tokens, _authorizer);
        _resources = new ResourceEndpoint(verbs, responses, new WatchEndpoint(verbs, responses, time, random));
        _subresources = new SubresourceEndpoint(
            verbs, _resources, new StreamEndpoint(verbs, parts.Nodes, time), new ProxyEndpoint(verbs, parts));
        (_time, _log) = (time, log);
    }

    /// <summary>The cluster's users and their rights, for what is served beside the API.</summary>
    public IAccessControl Access { get; }

    /// <summary>The loop that looks after the APIServices, by a client and the copies behind it.</summary>
    public Func<IApiClient, CacheSet, Func<CancellationToken, Task>> ApiServices { get; }

    /// <summary>
    /// 1. Reads what is asked. 2. Identifies who asks, and for whom. 3. Waits for a turn and authorizes. 4. Answers: health, documents, reviews, objects. Whatever is
    /// refused on the way ends as a Status; a bug ends as an internal error, with its trace in the log.
    /// </summary>
    /// <param name="stopping">Ends the watches when the server goes.</param>
    public async Task HandleAsync(HttpContext http, CancellationToken stopping)
    {
        QueryParameters.ReadExactly(http);
        var request = ApiRequest.Parse(http.Request.Method, http.Request.Path.Value ?? "/", http.Request.Query.IsTrue("watch"));
        var running = _requests.Begin(http, request);
        try
        {
            await AnswerOrRefuseAsync(http, request, stopping);
        }
        finally
        {
            _requests.End(running, http.Response.StatusCode);
        }
    }

    private async Task AnswerOrRefuseAsync(HttpContext http, ApiRequest request, CancellationToken stopping)
    {
        RequestDeadline? deadline = null;
        try
        {
            deadline = RequestDeadline.Of(http, request, _time);
            if (http.Request.Path.Value?.Length + http.Request.QueryString.Value?.Length > ApiServerHost.UrlBytesMax)
            {
                throw ApiErrors.RequestHeaderTooLarge();
            }

            if (!HttpMethods.IsGet(http.Request.Method))
            {
                http.Features.Set(_bodies);
            }

            var user = await _authenticator.IdentifyAsync(
                http.Connection.ClientCertificate, http.Request.Headers.Authorization.First(), http.RequestAborted);
            user = await _impersonation.ApplyAsync(user, http.Request.Headers, http.RequestAborted);
            using var turn = await _fairness.TakeAsync(user, request, http.RequestAborted);
            await _authorizer.RequireAsync(user, AccessRequest.Of(request, http.Request.Query.First("fieldSelector")), http.RequestAborted);
            await AnswerAsync(http, request, user, stopping);
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
        if (await _aggregation.TryHandleAsync(http, user))
        {
            return;
        }

        // What is no resource is health or a document; a resource is neither, so that nobody looks for it there.
        if (request.Resource is null
            ? await _health.TryHandleAsync(http) || await _metrics.TryHandleAsync(http) || await TryDocumentAsync(http)
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
            : _subresources.HandleAsync(http, request, served, user));
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

        var response = http.Response;
        if (document.IsObject)
        {
            _ = ResponseFormat.ChoosePlain(http.Request) ?? throw ApiErrors.NotAcceptable(ResponseFormat.Json, ResponseFormat.Yaml);
            await ResponseWriter.WriteDocumentAsync(http, document.Body, StatusCodes.Status200OK);
            return true;
        }

        response.Headers.Vary = "Accept, Accept-Encoding";
        if (document.ETag is { } tag)
        {
            response.Headers.ETag = tag;
            if (headers.IfNoneMatch.Contains(tag))
            {
                response.StatusCode = StatusCodes.Status304NotModified;
                return true;
            }
        }

        if (document.Immutable || document.MaxAge is not null)
        {
            response.Headers.CacheControl = document.MaxAge is { } age ? $"public, max-age={age.TotalSeconds}" : "public, immutable";
        }

        if (document.ContentEncoding is { } encoding)
        {
            response.Headers.ContentEncoding = encoding;
        }

        response.ContentType = document.ContentType;
        response.ContentLength = document.Body.Length;
        await response.Body.WriteAsync(document.Body, http.RequestAborted);
        return true;
    }

    private static async Task RefuseAsync(HttpContext http, ApiError error)
    {
        if (!http.Response.HasStarted)
        {
            var warnings = http.Response.Headers.Warning;
            http.Response.Clear();
            http.Response.Headers.Warning = warnings;
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
