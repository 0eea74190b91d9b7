using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Coppice.ApiServer.Proxying;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Webhooks;
using Coppice.Objects;
using Coppice.Objects.Authentication;

namespace Coppice.ApiServer.Aggregation;

/// <summary>
/// Speaks with those who serve parts of this API, in the name of whoever asks: they know this server by the front proxy's certificate,
/// and believe what its headers say.
/// </summary>
/// <param name="frontProxy">With its key; null where nobody is to believe us.</param>
internal sealed class RemoteApiClient(ServiceDialer dialer, X509Certificate2? frontProxy)
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

    /// <summary>Says whose request it is. What the client itself wrote there counts for nothing.</summary>
    private static void Name(HttpRequestMessage request, UserInfo user)
    {
        var headers = request.Headers;
        foreach (var name in headers.NonValidated.Select(header => header.Key).Where(IsOurs).ToList())
        {
            headers.Remove(name);
        }

        headers.TryAddWithoutValidation(UserHeader, user.Name);
        headers.TryAddWithoutValidation(GroupHeader, user.Groups);
        if (user.Uid is { Length: > 0 } uid)
        {
            headers.TryAddWithoutValidation(UidHeader, uid);
        }

        foreach (var (key, values) in user.Extra)
        {
            headers.TryAddWithoutValidation(ExtraPrefix + Uri.EscapeDataString(key), values);
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
            RequestHeaderEncodingSelector = (_, _) => Encoding.Latin1,
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

        handler.SslOptions.ClientCertificateContext =
            frontProxy is null ? null : SslStreamCertificateContext.Create(frontProxy, additionalCertificates: null, offline: true);
        return new HttpMessageInvoker(handler);
    }
}
