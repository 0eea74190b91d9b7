using System.Net;
using System.Net.Http.Headers;
using Coppice.ApiServer.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Coppice.ApiServer.Proxying;

/// <summary>
/// What of the headers of a request and of its answer goes through: everything but what is for one connection only (RFC 9110, 7.6.1),
/// what was for the server itself, and what the server must not say in somebody else's name.
/// </summary>
internal static class ProxyHeaders
{
    private static readonly HashSet<string> OfOneConnection = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection", "Proxy-Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Te", "Trailer", "Transfer-Encoding", "Upgrade",
    };

    // The asker's right to be here is nothing for a pod to see; Expect is answered by whoever reads the body: by us.
    private static readonly HashSet<string> OfTheServer = new(StringComparer.OrdinalIgnoreCase) { "Authorization", "Expect" };

    // With these a pod could let a browser's pages of other origins use the API server.
    private static readonly HashSet<string> OfBrowsers = new(StringComparer.OrdinalIgnoreCase)
    {
        "Access-Control-Allow-Credentials", "Access-Control-Allow-Headers", "Access-Control-Allow-Methods", "Access-Control-Allow-Origin",
    };

    /// <param name="to">Its content is set, if the request has a body.</param>
    /// <param name="uri">The path as the client sees it.</param>
    public static void CopyRequest(HttpContext http, HttpRequestMessage to, string uri)
    {
        var headers = http.Request.Headers;
        var named = Named(headers.Connection);
        foreach (var (name, values) in headers)
        {
            // ":authority" and the like are HTTP/2's way to say the first line.
            if (name[0] == ':' || IsLeftOut(name, named) || OfTheServer.Contains(name) || name.StartsWith(Impersonation.HeaderPrefix, StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            if (!to.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
            {
                to.Content?.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
            }
        }

        to.Headers.Remove("Host");
        to.Headers.TryAddWithoutValidation("Host", http.Request.Host.Value);
        var client = http.Connection.RemoteIpAddress is { IsIPv4MappedToIPv6: true } mapped ? mapped.MapToIPv4() : http.Connection.RemoteIpAddress;
        to.Headers.Remove("X-Forwarded-For");
        to.Headers.TryAddWithoutValidation("X-Forwarded-For", string.Join(", ", headers["X-Forwarded-For"].Append($"{client}")));
        to.Headers.Remove("X-Forwarded-Uri");
        to.Headers.TryAddWithoutValidation("X-Forwarded-Uri", uri);
    }

    /// <summary>All but Location, which has to be turned round.</summary>
    public static void CopyAnswer(HttpResponseMessage from, HttpResponse to)
    {
        var named = Named(from.Headers.NonValidated.TryGetValues("Connection", out var connection) ? connection.ToArray() : default);
        Copy(from.Headers.NonValidated);
        Copy(from.Content.Headers.NonValidated);

        // It may be given twice; and an answer that never has a body does not say how long it is.
        to.ContentLength = HasBody(from.StatusCode) || from.StatusCode == HttpStatusCode.NotModified ? from.Content.Headers.ContentLength : null;

        void Copy(HttpHeadersNonValidated headers)
        {
            foreach (var (name, values) in headers)
            {
                if (!IsLeftOut(name, named) && !OfBrowsers.Contains(name) && name != "Content-Length")
                {
                    to.Headers[name] = values.Where(IsSendable).ToArray();
                }
            }
        }
    }

    public static bool HasBody(HttpStatusCode status) =>
        status is not (HttpStatusCode.NoContent or HttpStatusCode.ResetContent or HttpStatusCode.NotModified);

    // What no header can hold is left out.
    private static bool IsSendable(string value) => !value.Any(c => char.IsControl(c) && c is not '\t' and < '\u0080');

    private static bool IsLeftOut(string name, string[] named) =>
        OfOneConnection.Contains(name) || named.Contains(name, StringComparer.OrdinalIgnoreCase);

    private static string[] Named(StringValues connection) =>
        [.. connection.SelectMany(c => (c ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];
}
