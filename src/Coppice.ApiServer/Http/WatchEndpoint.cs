using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Resources;
using Coppice.ApiServer.Responses;
using Coppice.ApiServer.Storage;
using Coppice.ApiServer.Watching;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Meta;
using Coppice.Store;
using Coppice.Streaming;
using Coppice.Streaming.WebSockets;
using Microsoft.AspNetCore.Http;

namespace Coppice.ApiServer.Http;

/// <summary>
/// A watch over HTTP: one line of JSON an event, or over a WebSocket one text message. It starts at a revision, or with what is there
/// now; tells of progress by bookmarks; and ends after a time, so that clients spread over servers.
/// </summary>
internal sealed class WatchEndpoint(ApiVerbs verbs, ResponseWriter responses, TimeProvider time, Random random)
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
        var format = ResponseFormat.ChooseForWatch(http.Request);
        var parameters = http.Request.Query;
        var from = parameters.Revision() is { } place && place != Revision.None ? place : (Revision?)null;
        if (from > verbs.Current)
        {
            throw ApiErrors.TooLargeResourceVersion(from.Value.Value, verbs.Current.Value);
        }

        var initial = parameters.IsTrue("sendInitialEvents");
        var bookmarks = parameters.IsTrue("allowWatchBookmarks");
        var length = parameters.Number("timeoutSeconds") is > 0 and var asked ? asked : ShortestSeconds + random.Next(ShortestSeconds);
        using var timeout = new CancellationTokenSource(Spans.Seconds(length).ForTimer(), time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, timeout.Token, stopping);
        var stream = new EventStream(http, query, responses, format);
        await stream.StartAsync();
        try
        {
            var start = initial || from is null ? await TellAllAsync(stream, query, initial && bookmarks, http.RequestAborted) : from.Value;
            using var watch = verbs.Watch(query, start);
            await stream.FlushAsync();
            while (await FollowAsync(stream, watch, bookmarks ? BookmarkInterval : Timeout.InfiniteTimeSpan, ended.Token))
            {
                // Everything up to here was told, or is none of what is watched: also while the collection never comes to rest.
                stream.WriteBookmark(watch.Progress, null);
                await stream.FlushAsync();
            }
        }
        catch (ApiError e)
        {
            stream.WriteError(e.Status);
            await stream.FlushAsync();
        }
    }

    /// <summary>Tells of what there is, as far as the client keeps up, and keeps nothing of it. Returns the moment that it told of.</summary>
    private async Task<Revision> TellAllAsync(EventStream stream, ObjectQuery query, bool bookmark, CancellationToken stop)
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
    private async Task<bool> FollowAsync(EventStream stream, ObjectWatch watch, TimeSpan forTime, CancellationToken ended)
    {
        using var pause = new CancellationTokenSource(forTime, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ended, pause.Token);
        try
        {
            while (!either.IsCancellationRequested)
            {
                foreach (var change in await watch.NextAsync(either.Token))
                {
                    stream.Write(NameOf(change.Type), change.Form);
                    await stream.FlushFullAsync();
                }

                await stream.FlushAsync();
            }
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            // Either it is time for a bookmark, or the watch has ended.
        }

        return !ended.IsCancellationRequested;
    }

    private static string NameOf(WatchEventType type) => type switch
    {
        WatchEventType.Added => "ADDED",
        WatchEventType.Modified => "MODIFIED",
        _ => "DELETED",
    };

    /// <summary>The response of one watch.</summary>
    private sealed class EventStream(HttpContext http, ObjectQuery query, ResponseWriter responses, ResponseFormat format)
    {
        // Enough for the socket to be busy, little enough for a slow reader to cost nothing.
        private const int FlushBytes = 64 * 1024;

        private readonly PipeWriter _body = http.Response.BodyWriter;
        private bool _columnsSent;

        /// <summary>Tells the client that the watch has begun: it waits for that, however long nothing happens.</summary>
        public async Task StartAsync()
        {
            http.Response.StatusCode = StatusCodes.Status200OK;
            http.Response.ContentType = ResponseFormat.Json;
            http.Response.Headers.CacheControl = "no-cache, private";
            await http.Response.StartAsync(http.RequestAborted);
            await _body.FlushAsync(http.RequestAborted);
        }

        public void Write(string type, ObjectForm form)
        {
            Begin(type);
            responses.Render(_body, format, query.Served, form, !_columnsSent);
            End();
            _columnsSent = true;
        }

        public void WriteBookmark(Revision revision, string? annotation)
        {
            var annotations = annotation is null ? "" : $",\"annotations\":{{\"{annotation}\":\"true\"}}";
            var kind = query.Kind;
            WriteLine(
                "BOOKMARK",
                Encoding.UTF8.GetBytes(
                    $"{{\"kind\":\"{kind.Name}\",\"apiVersion\":\"{kind.ApiVersion}\",\"metadata\":{{\"resourceVersion\":\"{revision}\",\"creationTimestamp\":null{annotations}}}}}"));
        }

        public void WriteError(ApiStatus status) => WriteLine("ERROR", ApiJson.Write(status));

        /// <summary>Waits for the reader once there is as much as goes out together.</summary>
        public ValueTask FlushFullAsync() => _body.UnflushedBytes > FlushBytes ? FlushAsync() : ValueTask.CompletedTask;

        public async ValueTask FlushAsync()
        {
            if (_body.UnflushedBytes > 0)
            {
                await _body.FlushAsync(http.RequestAborted);
            }
        }

        private void WriteLine(string type, ReadOnlySpan<byte> json)
        {
            Begin(type);
            _body.Write(json);
            End();
        }

        private void Begin(string type) => _body.Write(Encoding.ASCII.GetBytes($"{{\"type\":\"{type}\",\"object\":"));

        private void End() => _body.Write("}\n"u8);
    }
}
