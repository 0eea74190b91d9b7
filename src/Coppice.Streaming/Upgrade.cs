using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Coppice.Streaming;

/// <summary>Which protocol a request wants to go on with, and the leaving of HTTP for it.</summary>
internal static class Upgrade
{
    public const string Spdy = "SPDY/3.1";
    public const string WebSocket = "websocket";

    private const string Offered = "X-Stream-Protocol-Version";
    private const string Supported = "X-Accepted-Stream-Protocol-Versions";

    public static bool IsTo(string protocol, HttpRequest request) =>
        request.HttpContext.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true }
        && request.Headers.Upgrade.Any(offer => offer?.Contains(protocol, StringComparison.OrdinalIgnoreCase) == true);

    /// <summary>Answers a request that should have asked for an upgrade as Kubernetes does.</summary>
    public static Task RefuseAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status400BadRequest;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync("""
            {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"Upgrade request required","reason":"BadRequest","code":400}
            """);
    }

    /// <summary>
    /// Agrees on the first protocol of the client's that is spoken here, and says which; null, and the request is answered, when there
    /// is none.
    /// </summary>
    public static async ValueTask<string?> NegotiateAsync(HttpContext context, IReadOnlyList<string> spoken)
    {
        var offered = context.Request.Headers.GetCommaSeparatedValues(Offered);
        if (offered.Length == 0)
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, $"unable to upgrade: {Offered} is required");
            return null;
        }

        if (offered.FirstOrDefault(spoken.Contains) is { } common)
        {
            context.Response.Headers[Offered] = common;
            return common;
        }

        context.Response.Headers[Supported] = spoken.ToArray();
        await RefuseAsync(context, StatusCodes.Status403Forbidden,
            $"unable to upgrade: unable to negotiate protocol: client supports [{string.Join(' ', offered)}], server accepts [{string.Join(' ', spoken)}]");
        return null;
    }

    public static Task RefuseAsync(HttpContext context, int code, string message)
    {
        context.Response.StatusCode = code;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(message + "\n");
    }

    /// <summary>Answers 101 and hands out the connection's bytes, which may then rest and be slow for as long as they like.</summary>
    public static Task<Stream> AcceptAsync(HttpContext context, string protocol)
    {
        // Kestrel would end a connection whose peer reads or writes slowly: a suspended terminal, a large paste.
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } reading)
        {
            reading.MinDataRate = null;
        }

        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } writing)
        {
            writing.MinDataRate = null;
        }

        context.Features.Get<IHttpRequestTimeoutFeature>()?.DisableTimeout();
        context.Response.Headers.Upgrade = protocol;
        return context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
    }
}
