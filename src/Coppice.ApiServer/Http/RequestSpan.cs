using System.Diagnostics;
using Coppice.ApiServer.Requests;
using Coppice.Client.Tracing;
using Microsoft.AspNetCore.Http;

namespace Coppice.ApiServer.Http;

/// <summary>The span of a request, in the words that OpenTelemetry has for HTTP.</summary>
internal static class RequestSpan
{
    /// <summary>Null where nobody wants it.</summary>
    public static Activity? Begin(HttpContext http, ApiRequest request)
    {
        if (!Traces.AreOn)
        {
            return null;
        }

        // Named by the kind: names of objects would make as many spans as there are objects.
        var what = request.Resource is { } resource ? $"{request.Verb} {resource}{(request.Subresource is { } part ? $"/{part}" : "")}" : http.Request.Method;
        var span = Traces.BeginReceived(what, http.Request.Headers.TraceParent.First());
        span?.SetTag("http.request.method", http.Request.Method);
        span?.SetTag("url.path", request.Path);
        span?.SetTag("user_agent.original", http.Request.Headers.UserAgent.First());
        return span;
    }

    public static void End(Activity? span, int code)
    {
        span?.SetTag("http.response.status_code", code);
        if (code >= StatusCodes.Status500InternalServerError)
        {
            span.Fail("");
        }
    }
}
