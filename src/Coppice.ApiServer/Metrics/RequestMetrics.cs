using System.Collections.Concurrent;
using Coppice.ApiServer.Kinds;
using Coppice.ApiServer.Registry;
using Coppice.ApiServer.Requests;
using Coppice.Client.Metrics;
using Microsoft.AspNetCore.Http;

namespace Coppice.ApiServer.Metrics;

/// <summary>Counts the requests over HTTP, under Kubernetes' names. Counting one makes nothing new, once its like was seen.</summary>
internal sealed class RequestMetrics(KindRegistry kinds, IReadOnlySet<string> otherPaths, TimeProvider time)
{
    private readonly ConcurrentDictionary<RequestSeries, RequestTally> _tallies = new();

    /// <summary>A request that is being answered.</summary>
    public RunningRequest Begin(HttpContext http, ApiRequest request)
    {
        var tally = _tallies.GetOrAdd(SeriesOf(http, request), _ => new RequestTally());
        tally.Begin();
        return new(tally, time.GetTimestamp());
    }

    public void End(RunningRequest running, HttpResponse answer) => running.Tally.End(answer.StatusCode, time.GetElapsedTime(running.Began), answer.ContentLength);

    /// <summary>The events that watches were told, by what is watched.</summary>
    public Counts<(string Group, string Version, string Resource)> WatchEvents { get; } = new();

    public void WriteTo(MetricsText text)
    {
        var total = text.Counter(
            "apiserver_request_total",
            "[STABLE] Counter of apiserver requests broken out for each verb, dry run value, group, version, resource, scope, component, and HTTP response code.");
        var durations = text.Histogram(
            "apiserver_request_duration_seconds",
            "[STABLE] Response latency distribution in seconds for each verb, dry run value, group, version, resource, subresource, scope and component.");
        var sizes = text.Histogram(
            "apiserver_response_sizes",
            "[STABLE] Response size distribution in bytes for each group, version, verb, resource, subresource, scope and component.");
        var inFlight = text.Gauge(
            "apiserver_current_inflight_requests",
            "[STABLE] Maximal number of currently used inflight request limit of this apiserver per request kind in last second.");
        var longRunning = text.Gauge(
            "apiserver_longrunning_requests",
            "[STABLE] Gauge of all active long-running apiserver requests broken out by verb, group, version, resource, scope and component. Not all requests are tracked this way.");
        var (reading, writing) = (0, 0);
        foreach (var (series, tally) in _tallies.OrderBy(one => one.Key.ToString(), StringComparer.Ordinal))
        {
            foreach (var (code, count) in tally.Codes.All)
            {
                total.Sample(
                    count, null, ("code", $"{code}"), Component, ("dry_run", series.DryRun), ("group", series.Group), ("resource", series.Resource),
                    ("scope", series.Scope), ("subresource", series.Subresource), ("verb", series.Verb), ("version", series.Version));
            }

            if (IsLongRunning(series.Verb, series.Subresource))
            {
                longRunning.Sample(
                    tally.Running, null, Component, ("group", series.Group), ("resource", series.Resource), ("scope", series.Scope),
                    ("subresource", series.Subresource), ("verb", series.Verb), ("version", series.Version));
                continue;
            }

            if (series.Verb is "GET" or "LIST")
            {
                tally.Sizes.WriteTo(
                    sizes, Component, ("group", series.Group), ("resource", series.Resource), ("scope", series.Scope), ("subresource", series.Subresource),
                    ("verb", series.Verb), ("version", series.Version));
            }

            tally.Durations.WriteTo(
                durations, Component, ("dry_run", series.DryRun), ("group", series.Group), ("resource", series.Resource),
                ("scope", series.Scope), ("subresource", series.Subresource), ("verb", series.Verb), ("version", series.Version));
            (reading, writing) = series.Verb is "GET" or "LIST" ? (reading + tally.Running, writing) : (reading, writing + tally.Running);
        }

        var told = text.Counter("apiserver_watch_events_total", "[ALPHA] Number of events sent in watch clients");
        foreach (var ((group, version, resource), count) in WatchEvents.All)
        {
            told.Sample(count, null, ("group", group), ("resource", resource), ("version", version));
        }

        inFlight.Sample(writing, null, ("request_kind", "mutating"));
        inFlight.Sample(reading, null, ("request_kind", "readOnly"));
    }

    private static (string Name, string Value) Component => ("component", "apiserver");

    /// <summary>Watches and streams, which take as long as somebody looks.</summary>
    private static bool IsLongRunning(string verb, string subresource) => verb is "WATCH" or "CONNECT" || subresource == "log";

    private RequestSeries SeriesOf(HttpContext http, ApiRequest request)
    {
        var served = request.Resource is { } resource ? kinds.Current.Find(resource.Group, request.Version, resource.Resource) : null;
        var door = request.Subresource is { } name ? served?.Find(name) : null;
        var known = request.Resource is null ? otherPaths.Contains(request.Path) : served is not null && (request.Subresource is null || door is not null);
        return RequestSeries.Of(request, known, VerbOf(http, request, door), isDryRun: http.Request.Query.ContainsKey("dryRun"));
    }

    private static string VerbOf(HttpContext http, ApiRequest request, Subresource? door) => request.Verb switch
    {
        _ when door is { Door: Door.Stream, Name: not "log" } || request is { Resource: null, IsLongRunning: true } => "CONNECT",
        "get" => "GET",
        "list" => "LIST",
        "watch" => "WATCH",
        "create" => "POST",
        "update" => "PUT",
        "patch" => PatchTypes.IsApply(http.Request.ContentType) ? "APPLY" : "PATCH",
        "delete" => "DELETE",
        "deletecollection" => "DELETECOLLECTION",
        _ => http.Request.Method is "GET" or "POST" or "PUT" or "PATCH" or "DELETE" ? http.Request.Method : "other",
    };
}

/// <param name="Began">A timestamp.</param>
internal readonly record struct RunningRequest(RequestTally Tally, long Began);
