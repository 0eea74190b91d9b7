using Coppice.ApiServer.Requests;
using Coppice.Client.Metrics;

namespace Coppice.ApiServer.Metrics;

/// <summary>Which requests are counted together: the labels that Kubernetes' metrics have.</summary>
/// <param name="Verb">As in metrics: GET, LIST, WATCH, POST, PUT, PATCH, APPLY, DELETE, DELETECOLLECTION, CONNECT.</param>
/// <param name="Subresource">For what is no resource, the path.</param>
/// <param name="Scope">resource, namespace or cluster; empty for what is no resource.</param>
internal readonly record struct RequestSeries(
    string Verb, string Group, string Version, string Resource, string Subresource, string Scope, string DryRun)
{
    /// <param name="known">The request is for a kind that is served or a path that there is: strangers' inventions are counted together.</param>
    public static RequestSeries Of(ApiRequest request, bool known, string verb, bool isDryRun) =>
        !known ? new(verb, "", "", "", "", "", "")
        : request.Resource is not { } resource ? new(verb, "", "", "", request.Path, "", "")
        : new(
            verb,
            resource.Group,
            request.Version,
            resource.Resource,
            request.Subresource ?? "",
            request.Name is not null || request.Verb == "create" ? "resource" : request.Namespace is not null ? "namespace" : "cluster",
            isDryRun ? "All" : "");
}

/// <summary>How often requests were answered with what, how long it took, and how much was said. Any thread may add and read.</summary>
internal sealed class RequestTally
{
    private int _running;

    public int Running => Volatile.Read(ref _running);

    public Counts<int> Codes { get; } = new();

    public Histogram Durations { get; } = new(0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60);

    public Histogram Sizes { get; } = new(Histogram.Growing(1000, 10, 7));

    public void Begin() => Interlocked.Increment(ref _running);

    /// <param name="bytes">Of the answer's body; null where it is not known before it is written.</param>
    public void End(int code, TimeSpan took, long? bytes)
    {
        Interlocked.Decrement(ref _running);
        Codes.Add(code);
        Durations.Observe(took);
        if (bytes is { } size)
        {
            Sizes.Observe((double)size);
        }
    }
}
