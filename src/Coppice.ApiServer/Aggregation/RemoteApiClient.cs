using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Coppice.ApiServer.Proxying;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Webhooks;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Authentication;

namespace Coppice.ApiServer.Aggregation;

/// <summary>
/// Speaks with those who serve parts of this API, in the name of whoever asks: they know this server by the front proxy's certificate,
/// and believe what its headers say.
/// </summary>
/// <param name="frontProxy">Null where nobody is to believe us.</param>
internal sealed class RemoteApiClient(ServiceDialer dialer, RenewedCertificate? frontProxy)
{
    private const string UserHeader = "X-Remote-User";
    private const string UidHeader = "X-Remote-Uid";
    private const string GroupHeader = "X-Remote-Group";
    private const string ExtraPrefix = "X-Remote-Extra-";

    private const int TransportsMax = 200;

    private readonly ConcurrentDictionary<(Base64Data CaBundle, bool Trusting), HttpMessageInvoker> _transports = new();

    /// <summary>The URL at which one is asked for something.</summary>
    /// <param name="path">With its query, escaped.</param>
    public static string UrlOf(RemoteApi api, string path) =>
        $"https://{api.Service.Name}.{api.Service.Namespace}.svc:{api.Spec.Service!.Port ?? ServiceDialer.HttpsPort}{path}";

    /// <exception cref="HttpRequestException">It was not reached.</exception>
    public Task<HttpResponseMessage> SendAsync(RemoteApi api, HttpRequestMessage request, UserInfo user, CancellationToken stop)
    {
        Name(request, user);
        ServiceDialer.Mark(request, api.Service, api.Spec.Service!.Port);
        request.Version = HttpVersion.Version11;
        request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        if (_transports.Count >= TransportsMax)
        {
            _transports.Clear();
        }

        return _transports.GetOrAdd((api.Spec.CaBundle, api.Spec.InsecureSkipTLSVerify), NewTransport).SendAsync(request, stop);
    }

    /// <summary>Asks for a document.</summary>
    /// <param name="known">The entity tag of what is known of it, which then is not sent again; empty or null for none.</param>
    /// <exception cref="HttpRequestException">It was not reached.</exception>
    public async Task<HttpResponseMessage> GetAsync(RemoteApi api, string path, UserInfo user, string? known, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, UrlOf(api, path));
        request.Headers.TryAddWithoutValidation("Accept", "application/json");
        if (!string.IsNullOrEmpty(known))
        {
            request.Headers.TryAddWithoutValidation("If-None-Match", known);
        }

        return await SendAsync(api, request, user, stop);
    }

    /// <summary>The body of an answer.</summary>
    /// <exception cref="IOException">It is too large.</exception>
    public static async ValueTask<byte[]> ReadAsync(HttpResponseMessage answer, int bytesMax, CancellationToken stop)
    {
        await using var stream = await answer.Content.ReadAsStreamAsync(stop);
        var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (await stream.ReadAsync(buffer, stop) is > 0 and var count)
        {
            body.Write(buffer, 0, body.Length + count <= bytesMax ? count : throw new IOException($"the answer has more than {bytesMax} bytes"));
        }

        return body.ToArray();
    }

    /// <summary>Says whose request it is. What the client itself wrote there counts for nothing.</summary>
    private static void Name(HttpRequestMessage request, UserInfo user)
    {
        var headers = request.Headers;
        foreach (var name in headers.NonValidated.Select(header => header.Key).Where(IsOurs).ToList())
        {
            headers.Remove(name);
        }

        Add(UserHeader, [user.Name]);
        Add(UidHeader, user.Uid is { Length: > 0 } uid ? [uid] : []);
        Add(GroupHeader, user.Groups);
        foreach (var (key, values) in user.Extra)
        {
            Add(ExtraPrefix + Uri.EscapeDataString(key), values);
        }

        void Add(string name, IReadOnlyList<string> values)
        {
            if (values.Count > 0)
            {
                headers.TryAddWithoutValidation(name, new RepeatedHeader(name).Join(values));
            }
        }
    }

    private static bool IsOurs(string header) => header.StartsWith("X-Remote-", StringComparison.OrdinalIgnoreCase);

    private HttpMessageInvoker NewTransport((Base64Data CaBundle, bool Trusting) of)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            UseProxy = false,
            ActivityHeadersPropagator = null,
            RequestHeaderEncodingSelector = (name, _) => IsOurs(name) ? new RepeatedHeader(name) : Encoding.Latin1,
            ResponseHeaderEncodingSelector = (_, _) => Encoding.Latin1,
            ConnectTimeout = TimeSpan.FromSeconds(30),
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            ConnectCallback = dialer.ConnectAsync,
        };
        if (of.Trusting)
        {
            AgentTransport.TrustAnybody(handler.SslOptions);
        }
        else
        {
            ServerTrust.Require(handler.SslOptions, of.CaBundle.Bytes.Span);
        }

        frontProxy?.ShowBy(handler.SslOptions);
        return new HttpMessageInvoker(handler);
    }
}
