using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Runtime.InteropServices;
using System.Security.Authentication;
using System.Text.Json;
using Coppice.Objects;
using Coppice.Objects.Meta;

namespace Coppice.Client.Http;

/// <summary>
/// The API over HTTPS, for components in other processes. JSON both ways; a refusal's Status becomes an <see cref="ApiException"/>, a
/// lost connection stays an <see cref="HttpRequestException"/> or <see cref="IOException"/>.
/// </summary>
public sealed class HttpApiClient : IApiClient, IDisposable
{
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(30);

    private readonly HttpClient _http;
    private readonly HttpApiOptions _options;
    private readonly TimeProvider _time;

    public HttpApiClient(HttpApiOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        _http = new HttpClient(MakeConnections(options))
        {
            BaseAddress = new Uri(options.Server, "/"),
            // Requests are timed one by one: a watch has no end.
            Timeout = Timeout.InfiniteTimeSpan,
            DefaultRequestHeaders = { { "User-Agent", options.Program } },
        };
    }

    public void Dispose() => _http.Dispose();

    public async ValueTask<KubernetesObject?> FindAsync(Kind kind, ObjectKey key, string? subresource, CancellationToken stop)
    {
        try
        {
            return Read(await SendAsync(HttpMethod.Get, ResourcePath.Item(kind, key, subresource), null, stop), subresource == "scale" ? UnstoredKinds.Scale : kind);
        }
        catch (ApiException e) when (e.IsNotFound && !e.IsNotServed)
        {
            return null;
        }
    }

    public async ValueTask<ObjectList<KubernetesObject>> ListAsync(Kind kind, ListQuery query, CancellationToken stop)
    {
        using var list = JsonDocument.Parse(await SendAsync(HttpMethod.Get, ResourcePath.Collection(kind, query.Namespace, query), null, stop));
        var items = new List<KubernetesObject>();
        if (list.RootElement.TryGetProperty("items", out var array) && array.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in array.EnumerateArray())
            {
                // In a list, items don't repeat what they are.
                items.Add(Read(item, kind) with { ApiVersion = kind.ApiVersion, Kind = kind.Name });
            }
        }

        return new(items, list.RootElement.GetProperty("metadata").GetProperty("resourceVersion").GetString()!);
    }

    public IObjectWatch<KubernetesObject> Watch(Kind kind, ListQuery query, string afterRevision) =>
        new HttpWatch(place => ResourcePath.Watch(kind, query, place), OpenAsync, item => Read(item, kind), afterRevision);

    public async ValueTask<KubernetesObject> WriteAsync(Kind kind, ObjectWrite write, CancellationToken stop)
    {
        var path = write is ObjectWrite.Create { Subresource: null }
            ? ResourcePath.Collection(kind, write.Key.Namespace)
            : ResourcePath.Item(kind, write.Key, write.Subresource);
        var answer = write switch
        {
            ObjectWrite.Create create => await SendAsync(HttpMethod.Post, path, JsonOf(kind, write, create.Item), stop),
            ObjectWrite.Update update => await SendAsync(HttpMethod.Put, path, JsonOf(kind, write, update.Item), stop),
            ObjectWrite.Patch patch => await SendAsync(HttpMethod.Patch, path, PatchOf(patch), stop),
            _ => throw new ArgumentException($"{write.GetType().Name} is no write that is known", nameof(write)),
        };
        return write switch
        {
            // These two are answered with a Status that says no more than that it was done.
            ObjectWrite.Create { Subresource: "binding" or "eviction", Item: var done } => done,
            { Subresource: "scale" } => Read(answer, UnstoredKinds.Scale),
            { Subresource: "token" } => Read(answer, UnstoredKinds.TokenRequest),
            _ => Read(answer, kind),
        };
    }

    public async ValueTask DeleteAsync(Kind kind, ObjectKey key, DeleteOptions? options, CancellationToken stop) =>
        await SendAsync(
            HttpMethod.Delete,
            ResourcePath.Item(kind, key),
            options is null ? null : Json(ApiJson.Write(options with { ApiVersion = "v1", Kind = "DeleteOptions" })),
            stop);

    /// <summary>What stands at a path that is no object's, such as /readyz.</summary>
    public async ValueTask<string> GetTextAsync(string path, CancellationToken stop) =>
        System.Text.Encoding.UTF8.GetString(await SendAsync(HttpMethod.Get, path, null, stop));

    private static KubernetesObject Read(byte[] json, Kind kind) => kind.Format.Read(json);

    private static KubernetesObject Read(JsonElement json, Kind kind) => kind.Format.Read(JsonMarshal.GetRawUtf8Value(json));

    /// <summary>An object says of which kind it is; what goes to a subresource may be of another, and says so itself.</summary>
    private static ByteArrayContent JsonOf(Kind kind, ObjectWrite write, KubernetesObject item) =>
        Json(ApiJson.WriteObject(write.Subresource is "binding" or "eviction" or "scale" or "token" ? item : item with { ApiVersion = kind.ApiVersion, Kind = kind.Name }));

    private static ByteArrayContent Json(byte[] body) => new(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };

    private static ReadOnlyMemoryContent PatchOf(ObjectWrite.Patch patch) => new(patch.Body)
    {
        Headers =
        {
            ContentType = new MediaTypeHeaderValue(patch.Type switch
            {
                PatchType.Json => "application/json-patch+json",
                PatchType.Merge => "application/merge-patch+json",
                _ => "application/strategic-merge-patch+json",
            }),
        },
    };

    private async ValueTask<byte[]> SendAsync(HttpMethod method, string path, HttpContent? body, CancellationToken stop)
    {
        using var patience = new CancellationTokenSource(_options.RequestTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, patience.Token);
        try
        {
            using var response = await OpenAsync(method, path, body, either.Token);
            return await response.Content.ReadAsByteArrayAsync(either.Token);
        }
        catch (OperationCanceledException e) when (!stop.IsCancellationRequested)
        {
            throw new IOException($"{_options.Server} did not answer within {_options.RequestTimeout.TotalSeconds:0.#} s", e);
        }
    }

    private Task<HttpResponseMessage> OpenAsync(string path, CancellationToken stop) => OpenAsync(HttpMethod.Get, path, null, stop);

    /// <summary>Sends a request and reads the answer's head; what refuses is thrown.</summary>
    private async Task<HttpResponseMessage> OpenAsync(HttpMethod method, string path, HttpContent? body, CancellationToken stop)
    {
        // Said here, as the client's own default counts only for requests that it makes itself.
        using var request = new HttpRequestMessage(method, path)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
            Content = body,
        };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (_options.Token is { } token)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token());
        }

        var response = await AnswerAsync(request, stop);
        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            throw new ApiException(ReadStatus(response.StatusCode, await response.Content.ReadAsByteArrayAsync(stop)));
        }
    }

    private async Task<HttpResponseMessage> AnswerAsync(HttpRequestMessage request, CancellationToken stop)
    {
        try
        {
            return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
        }
        catch (HttpRequestException e) when (e.InnerException is AuthenticationException wrong)
        {
            // .NET's own words say no more than to look inside.
            throw new HttpRequestException(e.HttpRequestError, $"{_options.Server} shows a certificate that is not of this cluster, or not for that address: {wrong.Message}", wrong);
        }
    }

    private static ApiStatus ReadStatus(HttpStatusCode code, byte[] body)
    {
        try
        {
            if (ApiJson.Read<ApiStatus>(body) is { Kind: "Status" } status)
            {
                return status with { Code = status.Code == 0 ? (int)code : status.Code };
            }
        }
        catch (JsonException)
        {
            // Not the API's own answer: a proxy's, say, or plain text for a path that leads nowhere.
        }

        if (code == HttpStatusCode.NotFound)
        {
            return new ApiStatus
            {
                Status = "Failure", Code = (int)code, Reason = "NotFound", Message = "the server could not find the requested resource", Details = new(),
            };
        }

        return new ApiStatus { Status = "Failure", Code = (int)code, Reason = code.ToString(), Message = $"the server answered {(int)code} {code}, with no Status" };
    }

    /// <summary>Each request is held against the certificate of its connection: that is another before the old one has run out.</summary>
    private static TimeSpan ConnectionLifetimeOf(RenewedCertificate? shown) =>
        shown is not null && (shown.Current.NotAfter.ToUniversalTime() - shown.RenewAt) / 2 is var half && half < ConnectionLifetime ? half : ConnectionLifetime;

    internal static SocketsHttpHandler MakeConnections(HttpApiOptions options)
    {
        var connections = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            ConnectCallback = options.Connect,
            EnableMultipleHttp2Connections = true,
            // A peer that is gone without a word is noticed within 30 s, also by watches.
            KeepAlivePingDelay = TimeSpan.FromSeconds(15),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(15),
            PooledConnectionLifetime = ConnectionLifetimeOf(options.ClientCertificate),
            SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = options.Authorities.Count > 0 ? OfflineChain.PolicyOf(options.Authorities) : OfflineChain.SystemPolicy(),
            },
        };
        options.ClientCertificate?.ShowBy(connections.SslOptions);
        return connections;
    }
}
