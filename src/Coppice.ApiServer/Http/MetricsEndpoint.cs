using Coppice.ApiServer.Fairness;
using Coppice.ApiServer.Metrics;
using Coppice.Client.Metrics;
using Microsoft.AspNetCore.Http;

namespace Coppice.ApiServer.Http;

/// <summary>/metrics, in Prometheus' text format: requests, flow control, admission, the store, the process, and what else runs in it.</summary>
/// <param name="others">Adds what the process' other components have to tell.</param>
internal sealed class MetricsEndpoint(RequestMetrics requests, FlowControl flows, ApiVerbs verbs, Action<MetricsText> others)
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
        FlowMetrics.WriteTo(text, flows);
        verbs.Measured.WriteTo(text);
        text.Gauge("coppice_store_revision", "[ALPHA] The revision of the newest write of the store.").Sample(verbs.Current.Value, null);
        await WriteObjectsAsync(text, http.RequestAborted);
        others(text);
        ProcessFigures.OfThisProcess().WriteTo(text);
        var body = text.ToBytes();
        http.Response.ContentType = MetricsText.ContentType;
        http.Response.ContentLength = body.Length;
        await http.Response.BodyWriter.WriteAsync(body, http.RequestAborted);
        return true;
    }

    private async ValueTask WriteObjectsAsync(MetricsText text, CancellationToken stop)
    {
        var stored = text.Gauge("apiserver_resource_objects", "[ALPHA] Number of stored objects at the time of last check split by kind. In case of a fetching error, the value will be -1.");
        var before = text.Gauge("apiserver_storage_objects", "[STABLE] [DEPRECATED, consider using apiserver_resource_objects instead] Number of stored objects at the time of last check split by kind. In case of a fetching error, the value will be -1.");
        foreach (var served in verbs.Kinds.Current.All.Where(one => one.Source is null).DistinctBy(one => one.Kind.Stored))
        {
            var count = await verbs.List.CountAsync(served, null, stop);
            stored.Sample(count, null, ("group", served.Kind.Group), ("resource", served.Kind.Resource));
            before.Sample(count, null, ("resource", served.Kind.QualifiedResource));
        }
    }
}
