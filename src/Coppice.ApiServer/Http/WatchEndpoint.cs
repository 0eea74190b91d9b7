using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Fairness;
using Coppice.ApiServer.Registry;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Resources;
using Coppice.ApiServer.Responses;
using Coppice.ApiServer.Watching;
using Coppice.Client;
using Coppice.Client.Metrics;
using Coppice.Objects;
using Coppice.Store;
using Coppice.Streaming;
using Coppice.Streaming.WebSockets;
using Microsoft.AspNetCore.Http;

namespace Coppice.ApiServer.Http;

/// <summary>
/// A watch over HTTP: one line of JSON or one frame of protobuf an event, or over a WebSocket one text message. It starts at a revision, which may
/// be still to come, or with what is there now; tells of progress by bookmarks; and ends after a time, so that clients spread over servers, or when
/// its kind is no longer what it was.
/// </summary>
/// <param name="told">Counts the events.</param>
internal sealed class WatchEndpoint(
    ApiVerbs verbs, ResponseWriter responses, Counts<(string Group, string Version, string Resource)> told, TimeProvider time, Random random)
{
    private const string InitialEventsEnd = "k8s.io/initial-events-end";

    private static readonly TimeSpan BookmarkInterval = TimeSpan.FromSeconds(60);

    // A watch without a timeout of its own ends between half an hour and an hour, as Kubernetes'.
    private const int ShortestSeconds = 1800;

    private readonly WebSocketAnswer _answers = new(time, new StreamingOptions());

    public Task RunAsync(HttpContext http, ObjectQuery query, CancellationToken stopping) =>
        _answers.LinesAsync(http, () => AnswerAsync(http, query, stopping));

    private async Task AnswerAsync(HttpContext http, ObjectQuery query, CancellationToken stopping)
    {
        var format = ResponseFormat.ChooseForWatch(http.Request, query.Kind);
        var parameters = http.Request.Query;
        var from = parameters.Revision() is { } asked && asked != Revision.None ? asked : (Revision?)null;
        var now = verbs.Current;
        var initial = parameters.InitialEvents();
        var bookmarks = parameters.IsTrue("allowWatchBookmarks");
        var length = parameters.Number("timeoutSeconds") is > 0 and var wanted ? wanted : ShortestSeconds + random.Next(ShortestSeconds);
        using var timeout = new CancellationTokenSource(Spans.Seconds(length).ForTimer(), time);
        var lifetime = verbs.Kinds.LifetimeOf(query.Kind);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, timeout.Token, stopping, lifetime?.Ending ?? default);
        var stream = new WatchAnswer(http, query.Served, responses, format, told[(query.Kind.Group, query.Kind.Version, query.Kind.Resource)]);
        await stream.StartAsync();
        try
        {
            if (initial == true && from > now)
            {
                // Kubernetes waits a moment for it, as what it reads may lag behind; here nothing does.
                throw ApiErrors.TooLargeResourceVersion(from.Value.Value, now.Value);
            }

            var start = initial ?? (from is null) ? await InSeatAsync(http, TellAllAsync(stream, query, bookmarks && initial == true, http.RequestAborted)) : from ?? now;
            using var watch = verbs.Watch(query, start);
            await stream.FlushAsync();

            // It has begun, and from here on keeps nobody waiting.
            RequestScope.Find<Seat>(http)?.Dispose();
            while (await FollowAsync(stream, (watch, lifetime), bookmarks ? BookmarkInterval : Timeout.InfiniteTimeSpan, ended.Token))
            {
                // Everything up to here was told, or is none of what is watched: also while the collection never comes to rest.
                // A watch that has not begun has no progress.
                if (watch.Progress is var place && place <= verbs.Current)
                {
                    stream.WriteBookmark(place, null);
                    await stream.FlushAsync();
                }
            }

            if (lifetime is { IsOver: true })
            {
                // What went with its kind is told before.
                await TellAsync(stream, await watch.TakeAsync(http.RequestAborted), lifetime);
                await stream.FlushAsync();
            }
        }
        catch (ApiError e)
        {
            stream.WriteError(e.Status);
            await stream.FlushAsync();
        }
    }

    /// <summary>Who reads slowly keeps its seat no longer than the time that any request has.</summary>
    private async Task<Revision> InSeatAsync(HttpContext http, Task<Revision> telling)
    {
        try
        {
            return await telling.WaitAsync(RequestDeadline.Longest, time);
        }
        catch (TimeoutException)
        {
            RequestScope.Find<Seat>(http)?.Dispose();
            return await telling;
        }
    }

    /// <summary>Tells of what there is, as far as the client keeps up, and keeps nothing of it. Returns the moment that it told of.</summary>
    private async Task<Revision> TellAllAsync(WatchAnswer stream, ObjectQuery query, bool bookmark, CancellationToken stop)
    {
        var page = await verbs.List.RunAsync(query, new ListPaging(), stop);
        foreach (var form in page.Items)
        {
            stream.Write("ADDED", form);
            await stream.FlushFullAsync();
        }

        if (bookmark)
        {
            stream.WriteBookmark(page.At, InitialEventsEnd);
        }

        return page.At;
    }

    /// <summary>Tells of what happens for a while; false when the watch is over.</summary>
    /// <exception cref="ApiError">Expired: the client was so slow that what comes next is forgotten.</exception>
    private async Task<bool> FollowAsync(WatchAnswer stream, (ObjectWatch Watch, KindLifetime? Kind) of, TimeSpan forTime, CancellationToken ended)
    {
        using var pause = new CancellationTokenSource(forTime, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ended, pause.Token);
        try
        {
            while (!either.IsCancellationRequested)
            {
                await TellAsync(stream, await of.Watch.NextAsync(either.Token), of.Kind);
                await stream.FlushAsync();
            }
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            // Either it is time for a bookmark, or the watch has ended.
        }

        return !ended.IsCancellationRequested && of.Kind is not { IsOver: true };
    }

    /// <summary>Of what was written after the kind had changed, whoever watches it anew is told.</summary>
    private static async Task TellAsync(WatchAnswer stream, IReadOnlyList<ObjectEvent> changes, KindLifetime? kind)
    {
        foreach (var change in changes)
        {
            if (kind?.Covers(change.Form.Revision) == false)
            {
                return;
            }

            stream.Write(NameOf(change.Type), change.Form);
            await stream.FlushFullAsync();
        }
    }

    private static string NameOf(WatchEventType type) => type switch
    {
        WatchEventType.Added => "ADDED",
        WatchEventType.Modified => "MODIFIED",
        _ => "DELETED",
    };
}
