using System.Buffers;
using System.Text;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Resources;
using Coppice.ApiServer.Responses;
using Coppice.Client;
using Coppice.Objects.Meta;
using Coppice.Store;
using Microsoft.AspNetCore.Http;

namespace Coppice.ApiServer.Watching;

/// <summary>
/// A watch over HTTP: one line of JSON an event. It starts at a revision, or with what is there now; tells of progress by bookmarks;
/// and ends after a time, so that clients spread over servers.
/// </summary>
internal sealed class WatchEndpoint(ApiVerbs verbs, ResponseWriter responses, TimeProvider time, Random random)
{
    private const string InitialEventsEnd = "k8s.io/initial-events-end";

    private static readonly TimeSpan BookmarkInterval = TimeSpan.FromSeconds(60);

    // A watch without a timeout of its own ends between half an hour and an hour, as Kubernetes'.
    private const int ShortestSeconds = 1800;

    public async Task RunAsync(HttpContext http, ObjectQuery query, CancellationToken stopping)
    {
        var parameters = http.Request.Query;
        var from = parameters.Revision();
        var sendsInitial = parameters.IsTrue("sendInitialEvents") || from is null || from == Revision.None;
        if (from > verbs.Current)
        {
            throw ApiErrors.TooLargeResourceVersion(from.Value.Value, verbs.Current.Value);
        }

        var page = sendsInitial ? await verbs.List.RunAsync(query, new ListPaging(), http.RequestAborted) : null;
        using var watch = verbs.Watch(query, page?.At ?? from!.Value);
        var seconds = parameters.Number("timeoutSeconds") is > 0 and var asked ? asked : ShortestSeconds + random.Next(ShortestSeconds);
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(seconds), time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, timeout.Token, stopping);

        var stream = new EventStream(http, query, responses);
        await stream.StartAsync();
        foreach (var form in page?.Items ?? [])
        {
            stream.Write("ADDED", form);
        }

        var bookmarks = parameters.IsTrue("allowWatchBookmarks");
        if (page is not null && bookmarks && parameters.IsTrue("sendInitialEvents"))
        {
            stream.WriteBookmark(page.At, InitialEventsEnd);
        }

        await stream.FlushAsync();
        await FollowAsync(stream, watch, bookmarks, ended.Token);
    }

    private async Task FollowAsync(EventStream stream, ObjectWatch watch, bool bookmarks, CancellationToken ended)
    {
        while (!ended.IsCancellationRequested)
        {
            using var pause = new CancellationTokenSource(BookmarkInterval, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(ended, pause.Token);
            try
            {
                foreach (var change in await watch.NextAsync(either.Token))
                {
                    stream.Write(change.Type switch
                    {
                        WatchEventType.Added => "ADDED",
                        WatchEventType.Modified => "MODIFIED",
                        _ => "DELETED",
                    }, change.Form);
                }
            }
            catch (OperationCanceledException) when (!ended.IsCancellationRequested)
            {
                if (bookmarks)
                {
                    stream.WriteBookmark(watch.Progress, null);
                }
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (ApiError e)
            {
                stream.WriteError(e.Status);
                await stream.FlushAsync();
                return;
            }

            await stream.FlushAsync();
        }
    }

    /// <summary>The response of one watch.</summary>
    private sealed class EventStream(HttpContext http, ObjectQuery query, ResponseWriter responses)
    {
        private bool _columnsSent;

        public Task StartAsync()
        {
            http.Response.StatusCode = StatusCodes.Status200OK;
            http.Response.ContentType = "application/json";
            http.Response.Headers.CacheControl = "no-cache, private";
            return http.Response.StartAsync(http.RequestAborted);
        }

        public void Write(string type, ObjectForm form)
        {
            Begin(type);
            responses.Render(http, query.Definition, form, !_columnsSent);
            End();
            _columnsSent = true;
        }

        public void WriteBookmark(Revision revision, string? annotation)
        {
            var annotations = annotation is null ? "" : $",\"annotations\":{{\"{annotation}\":\"true\"}}";
            var definition = query.Definition;
            WriteLine(
                "BOOKMARK",
                Encoding.UTF8.GetBytes(
                    $"{{\"kind\":\"{definition.Kind}\",\"apiVersion\":\"{definition.ApiVersion}\",\"metadata\":{{\"resourceVersion\":\"{revision}\",\"creationTimestamp\":null{annotations}}}}}"));
        }

        public void WriteError(ApiStatus status) => WriteLine("ERROR", Objects.ApiJson.Write(status));

        public async ValueTask FlushAsync() => await http.Response.BodyWriter.FlushAsync(http.RequestAborted);

        private void WriteLine(string type, ReadOnlySpan<byte> json)
        {
            Begin(type);
            http.Response.BodyWriter.Write(json);
            End();
        }

        private void Begin(string type) => http.Response.BodyWriter.Write(Encoding.ASCII.GetBytes($"{{\"type\":\"{type}\",\"object\":"));

        private void End() => http.Response.BodyWriter.Write("}\n"u8);
    }
}
