using System.Net;
using Coppice.ApiServer.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Coppice.ApiServer.Audit;

/// <summary>The trail of a request over HTTP, which goes with it.</summary>
internal static class HttpAudit
{
    public const string IdHeader = "Audit-Id";

    private const int IdLengthMax = 128;

    /// <summary>The trail of a request; null where nothing is told of it.</summary>
    public static AuditTrail? TrailOf(HttpContext http) => RequestScope.Find<AuditTrail>(http);

    /// <summary>The name that the client has given its request; null for none, and for one that no header of ours could repeat.</summary>
    public static string? GivenId(HttpContext http) =>
        http.Request.Headers[IdHeader].First() is { Length: > 0 and <= IdLengthMax } id && id.All(c => c is > ' ' and <= '~') ? id : null;

    /// <summary>Where a request came from, by what proxies say and by who is connected.</summary>
    public static AuditOrigin OriginOf(HttpContext http)
    {
        var headers = http.Request.Headers;
        List<string> named = [.. (headers["X-Forwarded-For"].First() ?? "").Split(','), headers["X-Real-Ip"].First() ?? ""];
        var connected = http.Connection.RemoteIpAddress is { } address ? (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString() : "";
        return new(
            http.Response.Headers[IdHeader].First() ?? "",
            http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget is ['/', ..] raw ? raw : http.Request.Path.Value + http.Request.QueryString.Value,
            [.. named.Append(connected).Select(one => IPAddress.TryParse(one.Trim(), out var ip) ? ip.ToString() : "").Where(one => one.Length > 0).Distinct()],
            headers.UserAgent.First() ?? "");
    }

    /// <summary>What was shown by somebody who could not be identified, in Kubernetes' words.</summary>
    public static string FailedAuthentication(HttpContext http)
    {
        var authorization = http.Request.Headers.Authorization.First() ?? "";
        List<string> shown = [];
        foreach (var method in (string[])["basic", "bearer"])
        {
            if (authorization.StartsWith(method + " ", StringComparison.OrdinalIgnoreCase))
            {
                shown.Add(method);
            }
        }

        if (http.Connection.ClientCertificate is not null)
        {
            shown.Add("x509");
        }

        return shown.Count == 0 ? "Authentication failed, no credentials provided" : $"Authentication failed, attempted: {string.Join(", ", shown)}";
    }
}
