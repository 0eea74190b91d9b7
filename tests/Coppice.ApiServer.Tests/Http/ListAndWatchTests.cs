using System.Globalization;
using System.Net.WebSockets;
using System.Text.Json.Nodes;

namespace Coppice.ApiServer.Tests.Http;

/// <summary>What clients follow: lists by pages, watches from a place, and what they are told when the place is gone.</summary>
public sealed class ListAndWatchTests(ServedApi api) : IClassFixture<ServedApi>
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Pages_show_one_moment_whatever_is_written_between_them()
    {
        var space = await FilledAsync(7);
        var first = (await api.GetAsync($"{space}/configmaps?limit=3")).Good();
        Assert.Equal(["c0", "c1", "c2"], first.Names);
        Assert.Equal(4, (int?)first.Body!["metadata"]!["remainingItemCount"]);

        (await api.NewConfigMapAsync(space, "c35")).Good();
        (await api.SendAsync("DELETE", $"{space}/configmaps/c5")).Good();
        var second = (await api.GetAsync($"{space}/configmaps?limit=3&continue={Continue(first)}")).Good();
        Assert.Equal(["c3", "c4", "c5"], second.Names);
        Assert.Equal(first.Version, second.Version);
        var third = (await api.GetAsync($"{space}/configmaps?limit=3&continue={Continue(second)}")).Good();
        Assert.Equal(["c6"], third.Names);
        Assert.Equal("", Continue(third));
    }

    [Fact]
    public async Task A_page_whose_moment_was_compacted_away_offers_to_go_on_with_the_newest()
    {
        var space = await FilledAsync(5);
        var first = (await api.GetAsync($"{space}/configmaps?limit=2")).Good();
        (await api.NewConfigMapAsync(space, "c9")).Good();
        await api.CompactAsync();

        var expired = await api.GetAsync($"{space}/configmaps?limit=2&continue={Continue(first)}");
        Assert.StartsWith(
            "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results.",
            expired.Refused(410, "Expired"));
        var rest = (await api.GetAsync($"{space}/configmaps?continue={Continue(expired)}")).Good();
        Assert.Equal(["c2", "c3", "c4", "c9"], rest.Names);
    }

    [Theory]
    [InlineData("resourceVersionMatch=Exact", "resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided")]
    [InlineData("resourceVersionMatch=Exact&resourceVersion=0", "resourceVersionMatch: Forbidden: resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"")]
    [InlineData("resourceVersionMatch=Odd&resourceVersion=1", "resourceVersionMatch: Unsupported value: \"Odd\": supported values: \"Exact\", \"NotOlderThan\", \"\"")]
    [InlineData("resourceVersionMatch=Exact&resourceVersion=1&continue=x", "resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden when continue is provided")]
    [InlineData("sendInitialEvents=false", "sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list")]
    [InlineData("watch=1&sendInitialEvents=true", "resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan")]
    [InlineData("watch=1&resourceVersionMatch=NotOlderThan", "resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided")]
    [InlineData(
        "watch=1&resourceVersionMatch=Exact&sendInitialEvents=true",
        "[resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan, resourceVersionMatch: Unsupported value: \"Exact\": supported values: \"NotOlderThan\"]")]
    public async Task Parameters_that_go_against_each_other_are_refused(string query, string why) =>
        Assert.Equal($"ListOptions.meta.k8s.io \"\" is invalid: {why}", (await api.GetAsync($"/api/v1/configmaps?{query}")).Refused(422, "Invalid"));

    [Theory]
    [InlineData("resourceVersion=abc", "invalid resource version: resourceVersion: Invalid value: \"abc\": strconv.ParseUint: parsing \"abc\": invalid syntax")]
    [InlineData("watch=1&resourceVersion=99999999999999999999", "invalid resource version: resourceVersion: Invalid value: \"99999999999999999999\": strconv.ParseUint: parsing \"99999999999999999999\": value out of range")]
    [InlineData("continue=eyJ2IjoidjciLCJydiI6MSwic3RhcnQiOiJhIn0", "invalid continue token: continue key is not valid: server does not recognize this encoded version")]
    [InlineData("continue=eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MCwic3RhcnQiOiJhIn0", "invalid continue token: continue key is not valid: incorrect encoded start resourceVersion (version meta.k8s.io/v1)")]
    [InlineData("continue=eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MSwic3RhcnQiOiIifQ", "invalid continue token: continue key is not valid: encoded start key empty (version meta.k8s.io/v1)")]
    public async Task Places_that_are_none_are_refused(string query, string why) =>
        Assert.Equal(why, (await api.GetAsync($"/api/v1/configmaps?{query}")).Refused(400, "BadRequest"));

    [Fact]
    public async Task A_page_goes_on_where_it_was_or_at_a_revision_and_not_both()
    {
        var space = await FilledAsync(3);
        var first = (await api.GetAsync($"{space}/configmaps?limit=2")).Good();
        Assert.Equal(
            "specifying resource version is not allowed when using continue",
            (await api.GetAsync($"{space}/configmaps?limit=2&resourceVersion={first.Version}&continue={Continue(first)}")).Refused(400, "BadRequest"));
        (await api.NewConfigMapAsync(space, "a")).Good();
        Assert.Equal(["c0", "c1"], (await api.GetAsync($"{space}/configmaps?limit=2&resourceVersion={first.Version}")).Good().Names);
        Assert.Equal(["a", "c0"], (await api.GetAsync($"{space}/configmaps?limit=2&resourceVersion={first.Version}&resourceVersionMatch=NotOlderThan")).Good().Names);
    }

    [Fact]
    public async Task A_watch_without_a_place_that_wants_no_beginning_tells_only_of_what_comes()
    {
        var space = await FilledAsync(2);
        using var watch = await WatchAsync($"{space}/configmaps?watch=true&sendInitialEvents=false&resourceVersionMatch=NotOlderThan");
        (await api.NewConfigMapAsync(space, "late")).Good();
        await watch.NextAsync("ADDED", "late");
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task A_watch_begins_for_its_client_though_nothing_happens(string version)
    {
        var space = await FilledAsync(1);
        var at = (await api.GetAsync($"{space}/configmaps")).Good().Version;
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{space}/configmaps?watch=true&resourceVersion={at}&fieldSelector=metadata.name%3Dnobody")
        {
            Version = Version.Parse(version),
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        using var late = new CancellationTokenSource(Soon);
        using var response = await api.Admin.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, late.Token);
        Assert.Equal(200, (int)response.StatusCode);
    }

    [Fact]
    public async Task A_list_at_an_exact_revision_shows_what_was()
    {
        var space = await FilledAsync(2);
        var at = (await api.GetAsync($"{space}/configmaps")).Version;
        (await api.NewConfigMapAsync(space, "later")).Good();
        Assert.Equal(["c0", "c1"], (await api.GetAsync($"{space}/configmaps?resourceVersion={at}&resourceVersionMatch=Exact")).Good().Names);
        var future = await api.GetAsync($"{space}/configmaps?resourceVersion=99999999&resourceVersionMatch=NotOlderThan");
        Assert.StartsWith("Timeout: Too large resource version: 99999999, current: ", future.Refused(504, "Timeout"));
    }

    [Fact]
    public async Task A_watch_tells_what_happens_after_its_place_and_resumes_where_it_was()
    {
        var space = await FilledAsync(1);
        var at = (await api.GetAsync($"{space}/configmaps")).Version;
        string middle;
        using (var watch = await WatchAsync($"{space}/configmaps?watch=true&resourceVersion={at}"))
        {
            (await api.NewConfigMapAsync(space, "new")).Good();
            middle = (string)(await watch.NextAsync("ADDED", "new"))["metadata"]!["resourceVersion"]!;
            (await api.PatchAsync($"{space}/configmaps/new", """{"data":{"b":"2"}}""")).Good();
            await watch.NextAsync("MODIFIED", "new");
        }

        (await api.SendAsync("DELETE", $"{space}/configmaps/new")).Good();
        using var resumed = await WatchAsync($"{space}/configmaps?watch=true&resourceVersion={middle}");
        await resumed.NextAsync("MODIFIED", "new");
        await resumed.NextAsync("DELETED", "new");
    }

    [Fact]
    public async Task A_watch_from_a_place_that_is_still_to_come_tells_what_happens_after_it()
    {
        var space = await FilledAsync(1);
        var to = long.Parse((await api.GetAsync($"{space}/configmaps")).Version, CultureInfo.InvariantCulture) + 20;
        using var watch = await WatchAsync($"{space}/configmaps?watch=true&resourceVersion={to}&allowWatchBookmarks=true");
        string last;
        do
        {
            last = (await api.PatchAsync($"{space}/configmaps/c0", $$$"""{"data":{"at":"{{{Guid.NewGuid()}}}"}}""")).Good().Version;
        }
        while (long.Parse(last, CultureInfo.InvariantCulture) <= to);

        Assert.Equal(last, (string?)(await watch.NextAsync("MODIFIED", "c0"))["metadata"]!["resourceVersion"]);
    }

    [Fact]
    public async Task What_was_there_at_a_place_that_is_still_to_come_cannot_be_told()
    {
        var space = await FilledAsync(1);
        using var watch = await WatchAsync($"{space}/configmaps?watch=true&resourceVersion=99999999&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true");
        var error = await watch.NextAsync("ERROR", null);
        Assert.Equal(504, (int?)error["code"]);
        Assert.StartsWith("Timeout: Too large resource version: 99999999, current: ", (string?)error["message"]);
        Assert.Null(await watch.LineAsync());
    }

    [Fact]
    public async Task A_watch_with_a_selector_sees_objects_come_and_go()
    {
        var space = await FilledAsync(1);
        using var watch = await WatchAsync($"{space}/configmaps?watch=true&labelSelector=on&resourceVersion={(await api.GetAsync($"{space}/configmaps")).Version}");
        (await api.PatchAsync($"{space}/configmaps/c0", """{"metadata":{"labels":{"on":"1"}}}""")).Good();
        await watch.NextAsync("ADDED", "c0");
        var away = (await api.PatchAsync($"{space}/configmaps/c0", """{"metadata":{"labels":{"on":null}}}""")).Good();

        // As it was when it was seen last, at the revision since when it is not.
        var last = await watch.NextAsync("DELETED", "c0");
        Assert.Equal(("1", away.Version), ((string?)last["metadata"]!["labels"]?["on"], (string?)last["metadata"]!["resourceVersion"]));
    }

    [Fact]
    public async Task A_watch_without_a_place_begins_with_what_is_there()
    {
        var space = await FilledAsync(2);
        using var watch = await WatchAsync($"{space}/configmaps?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true");
        await watch.NextAsync("ADDED", "c0");
        await watch.NextAsync("ADDED", "c1");
        var bookmark = await watch.NextAsync("BOOKMARK", null);
        Assert.Equal("true", (string?)bookmark["metadata"]!["annotations"]!["k8s.io/initial-events-end"]);
        Assert.NotEqual("", (string?)bookmark["metadata"]!["resourceVersion"]);
    }

    [Fact]
    public async Task A_table_is_told_of_its_beginnings_end_by_a_row()
    {
        var space = await FilledAsync(1);
        using var watch = await WatchAsync(
            $"{space}/configmaps?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true", "application/json;as=Table;v=v1;g=meta.k8s.io");
        await watch.NextAsync("ADDED", null);
        var bookmark = await watch.NextAsync("BOOKMARK", null);
        Assert.Equal(("Table", "PartialObjectMetadata"), ((string?)bookmark["kind"], (string?)bookmark["rows"]![0]!["object"]!["kind"]));
        Assert.Equal("true", (string?)bookmark["rows"]![0]!["object"]!["metadata"]!["annotations"]!["k8s.io/initial-events-end"]);
        Assert.Equal((string?)bookmark["metadata"]!["resourceVersion"], (string?)bookmark["rows"]![0]!["object"]!["metadata"]!["resourceVersion"]);
        Assert.NotEqual("", (string?)bookmark["metadata"]!["resourceVersion"]);
    }

    [Fact]
    public async Task An_object_is_not_older_than_what_was_asked_for()
    {
        var space = await FilledAsync(1);
        var now = (await api.GetAsync($"{space}/configmaps/c0")).Good().Version;
        (await api.GetAsync($"{space}/configmaps/c0?resourceVersion={now}")).Good();
        (await api.GetAsync($"{space}/configmaps/c0?resourceVersion=0")).Good();
        Assert.StartsWith(
            "Timeout: Too large resource version: 99999999, current: ", (await api.GetAsync($"{space}/configmaps/c0?resourceVersion=99999999")).Refused(504, "Timeout"));
        Assert.StartsWith("invalid resource version: ", (await api.GetAsync($"{space}/configmaps/c0?resourceVersion=x")).Refused(400, "BadRequest"));
    }

    [Fact]
    public async Task A_watch_from_a_place_that_was_compacted_away_has_expired()
    {
        var space = await FilledAsync(1);
        var at = (await api.GetAsync($"{space}/configmaps")).Version;
        (await api.NewConfigMapAsync(space, "a")).Good();
        (await api.NewConfigMapAsync(space, "b")).Good();
        await api.CompactAsync();

        using var response = await api.Admin.GetAsync($"{space}/configmaps?watch=true&resourceVersion={at}", HttpCompletionOption.ResponseHeadersRead);
        if ((int)response.StatusCode == 410)
        {
            Assert.Equal("The resourceVersion for the provided list is too old.", (await Answer.OfAsync(response)).Refused(410, "Expired"));
            return;
        }

        using var watch = new EventLines(new StreamReader(await response.Content.ReadAsStreamAsync()));
        var error = await watch.NextAsync("ERROR", null);
        Assert.Equal(410, (int?)error["code"]);
        Assert.StartsWith($"too old resource version: {at} (", (string?)error["message"]);
    }

    [Fact]
    public async Task A_watch_over_a_WebSocket_has_an_event_a_message()
    {
        var space = await FilledAsync(2);
        using var socket = new ClientWebSocket();
        socket.Options.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        socket.Options.ClientCertificates.Add(api.AdminCertificate);
        await socket.ConnectAsync(new Uri($"wss://{api.Address.Authority}{space}/configmaps?watch=true"), default);
        using var bound = new CancellationTokenSource(Soon);
        var buffer = new byte[64 * 1024];
        foreach (var (type, name) in ((string, string)[])[("ADDED", "c0"), ("ADDED", "c1"), ("ADDED", "late"), ("DELETED", "late")])
        {
            var received = await socket.ReceiveAsync(buffer, bound.Token);
            Assert.Equal((WebSocketMessageType.Text, true), (received.MessageType, received.EndOfMessage));
            var change = JsonNode.Parse(buffer.AsSpan(0, received.Count))!;
            Assert.Equal((type, name), ((string?)change["type"], (string?)change["object"]!["metadata"]!["name"]));
            if (name == "c1")
            {
                (await api.NewConfigMapAsync(space, "late")).Good();
                (await api.SendAsync("DELETE", $"{space}/configmaps/late")).Good();
            }
        }

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, bound.Token);
        Assert.Equal(WebSocketCloseStatus.NormalClosure, socket.CloseStatus);
    }

    [Fact]
    public async Task A_watch_over_a_WebSocket_that_cannot_begin_is_refused_as_any()
    {
        using var socket = new ClientWebSocket();
        socket.Options.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        socket.Options.ClientCertificates.Add(api.AdminCertificate);
        socket.Options.CollectHttpResponseDetails = true;
        await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(
            new Uri($"wss://{api.Address.Authority}/api/v1/configmaps?watch=true&fieldSelector=no=such"), default));
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, socket.HttpStatusCode);
    }

    [Fact]
    public async Task A_watch_ends_when_its_time_is_up()
    {
        var space = await FilledAsync(1);
        using var watch = await WatchAsync($"{space}/configmaps?watch=true&timeoutSeconds=1&resourceVersion={api.Current}");
        Assert.Null(await watch.LineAsync());
    }

    [Fact]
    public async Task A_table_has_the_columns_of_its_kind()
    {
        var space = await FilledAsync(2);
        var table = (await api.GetAsync($"{space}/configmaps", "application/json;as=Table;v=v1;g=meta.k8s.io,application/json")).Good();
        Assert.Equal("Table", (string?)table.Body!["kind"]);
        Assert.Equal(["Name", "Data", "Age"], table.Body["columnDefinitions"]!.AsArray().Select(column => (string?)column!["name"]));
        Assert.Equal("c0", (string?)table.Body["rows"]![0]!["cells"]![0]);
        Assert.Equal("PartialObjectMetadata", (string?)table.Body["rows"]![0]!["object"]!["kind"]);
    }

    private static string Continue(Answer page) => Uri.EscapeDataString((string?)page.Body!["metadata"]!["continue"] ?? "");

    private async Task<string> FilledAsync(int count)
    {
        var space = await api.NewNamespaceAsync();
        for (var i = 0; i < count; i++)
        {
            (await api.NewConfigMapAsync(space, $"c{i}")).Good();
        }

        return space;
    }

    private async Task<EventLines> WatchAsync(string path, string accept = "application/json")
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        var response = await api.Admin.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(200, (int)response.StatusCode);
        return new EventLines(new StreamReader(await response.Content.ReadAsStreamAsync()));
    }

    [Fact]
    public async Task Who_reads_or_writes_what_is_deprecated_is_told_so_once()
    {
        var space = await api.NewNamespaceAsync();
        string[] warning = ["299 - \"v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice\""];
        Assert.Equal(warning, (await api.PostAsync($"{space}/endpoints", """{"metadata":{"name":"e"}}""")).Good().Warnings);
        Assert.Equal(warning, (await api.GetAsync($"{space}/endpoints")).Good().Warnings);
        Assert.Equal(warning, (await api.GetAsync($"{space}/endpoints/e")).Good().Warnings);
        Assert.Equal(warning, (await api.PatchAsync($"{space}/endpoints/e", "{}")).Good().Warnings);
        Assert.Empty((await api.GetAsync($"{space}/pods")).Good().Warnings);
    }
}
