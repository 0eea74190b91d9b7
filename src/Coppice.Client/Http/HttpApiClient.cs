using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Coppice.Objects;
using Coppice.Objects.Authentication;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;

namespace Coppice.Client.Http;

/// <summary>
/// The API over HTTPS, for components in other processes. JSON both ways; a refusal's Status becomes an <see cref="ApiException"/>, a
/// lost connection stays an <see cref="HttpRequestException"/> or <see cref="IOException"/>.
/// </summary>
public sealed class HttpApiClient : IApiClient, IDisposable
{
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
        };
    }

    public void Dispose() => _http.Dispose();

    public async ValueTask<T?> FindAsync<T>(ObjectKey key, CancellationToken stop) where T : KubernetesObject
    {
        try
        {
            return ApiJson.Read<T>(await SendAsync(HttpMethod.Get, ResourcePath.Item(BuiltInKinds.Of<T>(), key), null, stop));
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            return null;
        }
    }

    public async ValueTask<ObjectList<T>> ListAsync<T>(ListQuery query, CancellationToken stop) where T : KubernetesObject
    {
        var kind = BuiltInKinds.Of<T>();
        using var list = JsonDocument.Parse(await SendAsync(HttpMethod.Get, ResourcePath.Collection(kind, query.Namespace, query), null, stop));
        var items = new List<T>();
        if (list.RootElement.TryGetProperty("items", out var array) && array.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in array.EnumerateArray())
            {
                // In a list, items don't repeat what they are.
                items.Add(ApiJson.Read<T>(item) with { ApiVersion = kind.ApiVersion, Kind = kind.Name });
            }
        }

        return new(items, list.RootElement.GetProperty("metadata").GetProperty("resourceVersion").GetString()!);
    }

    public IObjectWatch<T> Watch<T>(ListQuery query, string afterRevision) where T : KubernetesObject =>
        new HttpWatch<T>(OpenAsync, query, afterRevision);

    public ValueTask<T> CreateAsync<T>(T item, CancellationToken stop) where T : KubernetesObject =>
        WriteAsync(HttpMethod.Post, ResourcePath.Collection(BuiltInKinds.Of<T>(), item.Metadata.Namespace), item, stop);

    public ValueTask<T> UpdateAsync<T>(T item, CancellationToken stop) where T : KubernetesObject =>
        WriteAsync(HttpMethod.Put, ResourcePath.Item(BuiltInKinds.Of<T>(), ObjectKey.Of(item)), item, stop);

    public ValueTask<T> UpdateStatusAsync<T>(T item, CancellationToken stop) where T : KubernetesObject =>
        WriteAsync(HttpMethod.Put, ResourcePath.Item(BuiltInKinds.Of<T>(), ObjectKey.Of(item), "status"), item, stop);

    public async ValueTask DeleteAsync<T>(ObjectKey key, DeleteOptions? options, CancellationToken stop) where T : KubernetesObject =>
        await SendAsync(
            HttpMethod.Delete,
            ResourcePath.Item(BuiltInKinds.Of<T>(), key),
            options is null ? null : ApiJson.Write(options with { ApiVersion = "v1", Kind = "DeleteOptions" }),
            stop);

    public async ValueTask BindAsync(Binding binding, CancellationToken stop) =>
        await SendAsync(HttpMethod.Post, ResourcePath.Item(BuiltInKinds.Of<Pod>(), ObjectKey.Of(binding), "binding"), ApiJson.Write(binding), stop);

    public ValueTask<Namespace> FinalizeAsync(Namespace item, CancellationToken stop) =>
        WriteAsync(HttpMethod.Put, ResourcePath.Item(BuiltInKinds.Of<Namespace>(), ObjectKey.Of(item), "finalize"), item, stop);

    public async ValueTask<TokenRequest> CreateTokenAsync(ObjectKey serviceAccount, TokenRequest request, CancellationToken stop) =>
        ApiJson.Read<TokenRequest>(await SendAsync(
            HttpMethod.Post, ResourcePath.Item(BuiltInKinds.Of<ServiceAccount>(), serviceAccount, "token"), ApiJson.Write(request), stop));

    private async ValueTask<T> WriteAsync<T>(HttpMethod method, string path, T item, CancellationToken stop) where T : KubernetesObject
    {
        var kind = BuiltInKinds.Of<T>();
        return ApiJson.Read<T>(await SendAsync(method, path, ApiJson.Write(item with { ApiVersion = kind.ApiVersion, Kind = kind.Name }), stop));
    }

    /// <summary>What stands at a path that is no object's, such as /readyz.</summary>
    public async ValueTask<string> GetTextAsync(string path, CancellationToken stop) =>
        System.Text.Encoding.UTF8.GetString(await SendAsync(HttpMethod.Get, path, null, stop));

    private async ValueTask<byte[]> SendAsync(HttpMethod method, string path, byte[]? body, CancellationToken stop)
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
    private async Task<HttpResponseMessage> OpenAsync(HttpMethod method, string path, byte[]? body, CancellationToken stop)
    {
        // Said here, as the client's own default counts only for requests that it makes itself.
        using var request = new HttpRequestMessage(method, path)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (_options.Token is { } token)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token());
        }

        if (body is not null)
        {
            request.Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        }

        var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            throw new ApiException(ReadStatus(response.StatusCode, await response.Content.ReadAsByteArrayAsync(stop)));
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
            // Not the API's own answer: a proxy's, say.
        }

        return new ApiStatus { Status = "Failure", Code = (int)code, Reason = code.ToString(), Message = $"the server answered {(int)code} {code}, with no Status" };
    }

    private static SocketsHttpHandler MakeConnections(HttpApiOptions options)
    {
        var connections = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            ConnectCallback = options.Connect,
            EnableMultipleHttp2Connections = true,
            // A peer that is gone without a word is noticed within 30 s, also by watches.
            KeepAlivePingDelay = TimeSpan.FromSeconds(15),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(15),
            PooledConnectionLifetime = TimeSpan.FromMinutes(30),
            SslOptions = new SslClientAuthenticationOptions
            {
                ClientCertificates = options.ClientCertificate is { } certificate ? [certificate] : null,
                CertificateChainPolicy = options.Authorities.Count > 0 ? OfflineChain.PolicyOf(options.Authorities) : OfflineChain.SystemPolicy(),
            },
        };
        return connections;
    }
}
