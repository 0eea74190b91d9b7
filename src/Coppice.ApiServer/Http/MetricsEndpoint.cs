using Coppice.ApiServer.Metrics;
using Coppice.Client.Metrics;
using Coppice.Store;
using Microsoft.AspNetCore.Http;

namespace Coppice.ApiServer.Http;

/// <summary>/metrics, in Prometheus' text format: requests, the store, the process.</summary>
/// <param name="revision">The newest of the store.</param>
internal sealed class MetricsEndpoint(RequestMetrics requests, Func<Revision> revision)
{
    public const string Path = "/metrics";

    /// <summary>True if the path was this.</summary>
    public async ValueTask<bool> TryHandleAsync(HttpContext http)
    {
        if (http.Request.Path.Value != Path)
        {
            return false;
        }

        var text = new MetricsText();
        requests.WriteTo(text);
        text.Gauge("coppice_store_revision", "[ALPHA] The revision of the newest write of the store.").Sample(revision().Value, null);
        ProcessFigures.OfThisProcess().WriteTo(text);
        var body = text.ToBytes();
        http.Response.ContentType = MetricsText.ContentType;
        http.Response.ContentLength = body.Length;
        await http.Response.BodyWriter.WriteAsync(body, http.RequestAborted);
        return true;
    }
}
