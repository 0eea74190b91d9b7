using System.Text.Json.Nodes;
using Coppice.ApiServer.Tests.Http;
using Coppice.Testing;

namespace Coppice.ApiServer.Tests.Watching;

/// <summary>Who watches little of what is much learns each minute how far the watch is.</summary>
public sealed class BookmarkTests : IAsyncLifetime
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    private readonly ManualTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    private readonly ServedApi _api;

    public BookmarkTests() => _api = new() { Time = _time };

    public ValueTask InitializeAsync() => _api.InitializeAsync();

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task A_bookmark_comes_each_minute_while_others_are_written_all_the_time()
    {
        var space = await _api.NewNamespaceAsync();
        using var answer = await _api.Admin.GetAsync(
            $"{space}/configmaps?watch=true&allowWatchBookmarks=true&labelSelector=mine&resourceVersion={_api.Current}", HttpCompletionOption.ResponseHeadersRead);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync());
        for (var minute = 0; minute < 3; minute++)
        {
            await Eventually.TrueAsync("the next bookmark is due in a minute", Soon, () => _time.NextDue <= _time.GetUtcNow() + TimeSpan.FromMinutes(1));
            (await _api.NewConfigMapAsync(space, $"other-{minute}")).Good();
            _time.Advance(TimeSpan.FromSeconds(30));

            // What is seen of this tells that the watch has passed what came before it.
            (await _api.NewConfigMapAsync(space, $"mine-{minute}", ",\"labels\":{\"mine\":\"\"}")).Good();
            Assert.Equal("ADDED", (string?)(await NextAsync(lines))["type"]);
            (await _api.PostAsync("/api/v1/namespaces", $$$"""{"metadata":{"name":"elsewhere-{{{minute}}}"}}""")).Good();
            _time.Advance(TimeSpan.FromSeconds(30));
            var bookmark = await NextAsync(lines);
            Assert.Equal("BOOKMARK", (string?)bookmark["type"]);
            Assert.Equal(_api.Current.ToString(), (string?)bookmark["object"]!["metadata"]!["resourceVersion"]);
        }
    }

    private static async Task<JsonNode> NextAsync(StreamReader lines) => JsonNode.Parse((await lines.ReadLineAsync().WaitAsync(Soon))!)!;
}
