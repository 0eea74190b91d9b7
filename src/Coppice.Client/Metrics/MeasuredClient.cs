using Coppice.Objects;
using Coppice.Objects.Meta;

namespace Coppice.Client.Metrics;

/// <summary>How a process' components fare with the API, under the names that Kubernetes' clients have.</summary>
public sealed class ClientFigures
{
    private readonly Counts<(string Host, string Method, string Code)> _requests = new();
    private readonly Histograms<(string Host, string Method)> _durations = new(0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60);

    /// <param name="code">As in HTTP, or "&lt;error&gt;" for no answer.</param>
    public void Note(string host, string method, string code, TimeSpan took)
    {
        _requests.Add((host, method, code));
        _durations[(host, method)].Observe(took);
    }

    public void WriteTo(MetricsText text)
    {
        var requests = text.Counter("rest_client_requests_total", "[ALPHA] Number of HTTP requests, partitioned by status code, method, and host.");
        foreach (var ((host, method, code), count) in _requests.All)
        {
            requests.Sample(count, null, ("code", code), ("host", host), ("method", method));
        }

        var durations = text.Histogram("rest_client_request_duration_seconds", "[ALPHA] Request latency in seconds. Broken down by verb, and host.");
        foreach (var ((host, method), took) in _durations.All)
        {
            took.WriteTo(durations, ("host", host), ("verb", method));
        }
    }
}

/// <summary>A client whose requests are counted and timed; watches are not, since how long they take is not theirs.</summary>
/// <param name="host">Where the API is, as the figures name it.</param>
public sealed class MeasuredClient(IApiClient inner, string host, ClientFigures figures, TimeProvider time) : IApiClient
{
    private const string Error = "<error>";

    public ValueTask<KubernetesObject?> FindAsync(Kind kind, ObjectKey key, string? subresource, CancellationToken stop) =>
        MeasureAsync("GET", time.GetTimestamp(), inner.FindAsync(kind, key, subresource, stop), found => found is null ? "404" : "200");

    public ValueTask<ObjectList<KubernetesObject>> ListAsync(Kind kind, ListQuery query, CancellationToken stop) =>
        MeasureAsync("GET", time.GetTimestamp(), inner.ListAsync(kind, query, stop), _ => "200");

    public IObjectWatch<KubernetesObject> Watch(Kind kind, ListQuery query, string afterRevision) => inner.Watch(kind, query, afterRevision);

    public ValueTask<KubernetesObject> WriteAsync(Kind kind, ObjectWrite write, CancellationToken stop) => write switch
    {
        ObjectWrite.Create => MeasureAsync("POST", time.GetTimestamp(), inner.WriteAsync(kind, write, stop), _ => "201"),
        ObjectWrite.Update => MeasureAsync("PUT", time.GetTimestamp(), inner.WriteAsync(kind, write, stop), _ => "200"),
        _ => MeasureAsync("PATCH", time.GetTimestamp(), inner.WriteAsync(kind, write, stop), _ => "200"),
    };

    public async ValueTask DeleteAsync(Kind kind, ObjectKey key, DeleteOptions? options, CancellationToken stop) =>
        await MeasureAsync("DELETE", time.GetTimestamp(), DeletedAsync(kind, key, options, stop), _ => "200");

    private async ValueTask<bool> DeletedAsync(Kind kind, ObjectKey key, DeleteOptions? options, CancellationToken stop)
    {
        await inner.DeleteAsync(kind, key, options, stop);
        return true;
    }

    /// <param name="start">Before it was asked: most of a request in the same process is over before anybody waits for it.</param>
    private async ValueTask<T> MeasureAsync<T>(string method, long start, ValueTask<T> asked, Func<T, string> codeOf)
    {
        var code = Error;
        try
        {
            var answer = await asked;
            code = codeOf(answer);
            return answer;
        }
        catch (ApiException e)
        {
            code = $"{e.Code}";
            throw;
        }
        finally
        {
            figures.Note(host, method, code, time.GetElapsedTime(start));
        }
    }
}
