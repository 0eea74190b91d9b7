using System.Buffers.Binary;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Coppice.ApiServer.Decoding;
using Coppice.ApiServer.Kinds.Custom;
using Coppice.ApiServer.Tests.OpenApi;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;

namespace Coppice.ApiServer.Tests.Http;

/// <summary>Objects in Kubernetes' protobuf encoding, as clients written in Go ask for those that are built in.</summary>
public sealed class ProtobufTests(ServedApi api) : IClassFixture<ServedApi>
{
    private const string Protobuf = "application/vnd.kubernetes.protobuf";
    private const string Metadata = Protobuf + ";as=PartialObjectMetadata;g=meta.k8s.io;v=v1";

    [Fact]
    public async Task Every_kind_is_read_as_it_was_written_and_written_as_it_was_read()
    {
        var space = (await api.NewNamespaceAsync()).Split('/')[^1];
        var tried = 0;
        foreach (var served in api.Kinds.Current.All.Where(one => one.Kind is { Conversion: null, Format.Numbered: not null } && one.Verbs.Contains("create") && one.Verbs.Contains("update")))
        {
            var kind = served.Kind;
            var root = kind.Group.Length == 0 ? $"/api/{kind.Version}" : $"/apis/{kind.Group}/{kind.Version}";
            var collection = kind.Namespaced ? $"{root}/namespaces/{space}/{kind.Resource}" : $"{root}/{kind.Resource}";
            var name = SampleObjects.Name(kind.Resource, "of-protobuf");
            var item = $"{collection}/{name}";
            (await api.PostAsync(collection, SampleObjects.Body(kind.Resource, name, space))).Good();

            var message = await AskAsync("GET", item, Protobuf);
            Assert.Equal(Protobuf, message.Type);
            Assert.Equal(kind.ApiVersion + " " + kind.Name, KindOf(message.Body));
            var json = (await api.GetAsync(item)).Good();
            var read = ObjectDecoder.Decode(ProtobufBody.ToJson(message.Body, kind.Schema), kind, FieldValidation.Warn).Item;
            AssertSame(json.Body!, JsonNode.Parse(ApiJson.WriteObject(read))!, kind);

            // Nothing is lost on the way back: what is written is what is there.
            var written = await AskAsync("PUT", item, "application/json", message.Body);
            Assert.True(written.Code == 200, $"{kind}: {Encoding.UTF8.GetString(written.Body)}");
            var version = (string?)JsonNode.Parse(written.Body)!["metadata"]!["resourceVersion"];
            Assert.True(version == json.Version, $"{kind} changed from {json.Body} to {Encoding.UTF8.GetString(written.Body)}");
            tried++;
        }

        Assert.True(tried > 15, $"tried only {tried}");
    }

    [Fact]
    public async Task A_list_has_its_metadata_and_every_item()
    {
        var space = await api.NewNamespaceAsync();
        for (var i = 0; i < 3; i++)
        {
            (await api.NewConfigMapAsync(space, $"c{i}")).Good();
        }

        var answer = await AskAsync("GET", $"{space}/configmaps?limit=2", Protobuf);
        Assert.Equal("v1 ConfigMapList", KindOf(answer.Body));
        var list = RawOf(answer.Body);
        Assert.Equal(["c0", "c1"], list.Messages(2).Select(item => item.Message(1).String(1)));
        Assert.NotEqual("", list.Message(1).String(2));
        Assert.NotEqual("", list.Message(1).String(3));

        var metadata = await AskAsync("GET", $"{space}/configmaps", Metadata + ",application/json");
        Assert.Equal("meta.k8s.io/v1 PartialObjectMetadataList", KindOf(metadata.Body));
        Assert.Equal(["c0", "c1", "c2"], RawOf(metadata.Body).Messages(2).Select(item => item.Message(1).String(1)));
    }

    [Fact]
    public async Task Many_items_of_many_lengths_come_whole_and_compressed_for_who_takes_that()
    {
        var space = await api.NewNamespaceAsync();
        for (var i = 0; i < 40; i++)
        {
            (await api.PostAsync($"{space}/configmaps", $$$"""{"metadata":{"name":"c{{{i:00}}}"},"data":{"a":"{{{new string('x', i * 1000)}}}"}}""")).Good();
        }

        var plain = await AskAsync("GET", $"{space}/configmaps", Protobuf);
        Assert.Equal(Enumerable.Range(0, 40).Select(i => i * 1000), RawOf(plain.Body).Messages(2).Select(item => item.Message(2).String(2).Length));
        Assert.Equal(plain.Body, (await AskAsync("GET", $"{space}/configmaps", Protobuf, gzip: true)).Body);
    }

    [Fact]
    public async Task A_refusal_is_a_status()
    {
        var space = await api.NewNamespaceAsync();
        var answer = await AskAsync("GET", $"{space}/configmaps/none", Protobuf + ",application/json");
        Assert.Equal(404, answer.Code);
        Assert.Equal("v1 Status", KindOf(answer.Body));
        var status = JsonNode.Parse(ProtobufBody.ToJson(answer.Body, RecordSchemas.Of<ApiStatus>()))!;
        Assert.Equal("configmaps \"none\" not found", (string?)status["message"]);
        Assert.Equal("NotFound", (string?)status["reason"]);
        Assert.Equal(404, (int?)status["code"]);
        Assert.Equal("configmaps", (string?)status["details"]!["kind"]);
    }

    [Theory]
    [InlineData(Protobuf + ",application/json", Protobuf)]
    [InlineData(Protobuf + ";q=0.5,application/json", "application/json")]
    [InlineData("application/json;q=0.1, " + Protobuf + ";q=0.2", Protobuf)]
    [InlineData("application/*", "application/json")]
    [InlineData(Protobuf + ";as=Table;g=meta.k8s.io;v=v1,application/json;as=Table;g=meta.k8s.io;v=v1", "application/json")]
    public async Task What_a_client_wants_most_of_what_there_is_it_gets(string accept, string type)
    {
        var space = await api.NewNamespaceAsync();
        Assert.Equal(type, (await AskAsync("GET", $"{space}/configmaps", accept)).Type);
    }

    [Fact]
    public async Task There_is_no_table_in_protobuf()
    {
        const string Table = Protobuf + ";as=Table;g=meta.k8s.io;v=v1";
        var refused = await AskAsync("GET", "/api/v1/pods", Table);
        Assert.Equal(406, refused.Code);
        Assert.Equal(
            "only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf",
            (string?)JsonNode.Parse(refused.Body)!["message"]);
    }

    [Fact]
    public async Task A_watch_tells_each_event_in_a_frame()
    {
        var space = await api.NewNamespaceAsync();
        (await api.NewConfigMapAsync(space, "a")).Good();
        var watch = await AskAsync("GET", $"{space}/configmaps?watch=1&timeoutSeconds=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true", Protobuf);
        Assert.Equal(Protobuf + ";stream=watch", watch.Type);
        var events = Frames(watch.Body).ToList();
        Assert.Equal(["ADDED", "BOOKMARK"], events.Select(one => one.Type));
        Assert.All(events, one => Assert.Equal("v1 ConfigMap", KindOf(one.Item)));
        Assert.Equal("a", RawOf(events[0].Item).Message(1).String(1));
        Assert.Equal("k8s.io/initial-events-end", RawOf(events[1].Item).Message(1, 12).String(1));

        var names = await AskAsync("GET", $"{space}/configmaps?watch=1&timeoutSeconds=1", Metadata);
        Assert.Equal(["meta.k8s.io/v1 PartialObjectMetadata"], Frames(names.Body).Select(one => KindOf(one.Item)));
    }

    [Fact]
    public async Task A_watch_that_fails_says_so_in_a_frame()
    {
        var space = await api.NewNamespaceAsync();
        var first = (await api.NewConfigMapAsync(space, "a")).Good().Version;
        (await api.NewConfigMapAsync(space, "b")).Good();
        await api.CompactAsync();
        var watch = await AskAsync("GET", $"{space}/configmaps?watch=1&timeoutSeconds=1&resourceVersion={first}", Protobuf);
        var (type, item) = Assert.Single(Frames(watch.Body));
        Assert.Equal("ERROR", type);
        Assert.Equal("Expired", RawOf(item).String(4));
    }

    [Fact]
    public async Task Of_a_kind_without_numbers_there_are_only_metadata()
    {
        var schema = new ObjectSchema("Tab", "com.example", [new FieldSchema("spec", ValueSchema.Scalar(ValueShape.String), new FieldAttribute(0), "Tab")]);
        var tabs = new Kind { Group = "example.com", Version = "v1", Name = "Tab", Resource = "tabs", Schema = schema, Format = new CustomFormat(schema) };
        var space = (await api.NewNamespaceAsync()).Split('/')[^1];
        api.Kinds.Add(CustomKind.Served(tabs, hasStatus: false));
        try
        {
            var collection = $"/apis/example.com/v1/namespaces/{space}/tabs";
            (await api.PostAsync(collection, """{"kind":"Tab","apiVersion":"example.com/v1","metadata":{"name":"a"},"spec":"s"}""")).Good();
            Assert.Equal("application/json", (await AskAsync("GET", $"{collection}/a", Protobuf + ",application/json")).Type);
            Assert.Equal(406, (await AskAsync("GET", $"{collection}/a", Protobuf)).Code);
            Assert.Equal("meta.k8s.io/v1 PartialObjectMetadata", KindOf((await AskAsync("GET", $"{collection}/a", Metadata)).Body));
            var sent = await AskAsync("PUT", $"{collection}/a", "application/json", [.. "k8s\0"u8]);
            Assert.Equal(415, sent.Code);
            Assert.Equal(
                "the body of the request was in an unknown format - accepted media types include: application/json, application/yaml",
                (string?)JsonNode.Parse(sent.Body)!["message"]);
        }
        finally
        {
            api.Kinds.Remove(tabs);
        }
    }

    /// <summary>In protobuf a schema's items would be a message of alternatives, which JSON does not tell.</summary>
    [Fact]
    public async Task Definitions_of_kinds_are_JSON()
    {
        const string Definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
        Assert.Equal("application/json", (await AskAsync("GET", Definitions, Protobuf + ",application/json")).Type);
        Assert.Equal(406, (await AskAsync("GET", Definitions, Protobuf)).Code);
    }

    private async Task<Message> AskAsync(string method, string path, string accept, byte[]? body = null, bool gzip = false)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        if (gzip)
        {
            request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("gzip"));
        }

        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.TryAddWithoutValidation("Content-Type", Protobuf);
        }

        using var response = await api.Admin.SendAsync(request);
        var bytes = await response.Content.ReadAsByteArrayAsync();
        if (gzip)
        {
            Assert.Equal(["gzip"], response.Content.Headers.ContentEncoding);
            using var unpacked = new MemoryStream();
            await using var packed = new System.IO.Compression.GZipStream(new MemoryStream(bytes), System.IO.Compression.CompressionMode.Decompress);
            await packed.CopyToAsync(unpacked);
            bytes = unpacked.ToArray();
        }

        return new((int)response.StatusCode, response.Content.Headers.NonValidated["Content-Type"].ToString(), bytes);
    }

    private static ProtobufFields EnvelopeOf(byte[] body)
    {
        Assert.Equal("k8s\0"u8.ToArray(), body[..4]);
        return new ProtobufFields(body[4..]);
    }

    private static string KindOf(byte[] body) => EnvelopeOf(body).Message(1) is var type ? $"{type.String(1)} {type.String(2)}" : "";

    private static ProtobufFields RawOf(byte[] body) => EnvelopeOf(body).Message(2);

    private static IEnumerable<(string Type, byte[] Item)> Frames(byte[] stream)
    {
        for (var at = 0; at < stream.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(stream.AsSpan(at));
            var frame = new ProtobufFields(stream[(at + 4)..(at + 4 + length)]);
            yield return (frame.String(1), frame.Message(2).Bytes(1));
            at += 4 + length;
        }
    }

    // Lists and maps without anything in them are nothing in protobuf, and what is empty there is absent in JSON.
    private static void AssertSame(JsonNode expected, JsonNode actual, Kind kind)
    {
        var (there, here) = (Filled(expected), Filled(actual));
        Assert.True(JsonNode.DeepEquals(there, here), $"{kind}: {there} is not {here}");
    }

    private static JsonNode? Filled(JsonNode? node) => node switch
    {
        JsonObject item => new JsonObject(
            from property in item
            let value = Filled(property.Value)
            where value is not (null or JsonObject { Count: 0 } or JsonArray { Count: 0 }) && !(value is System.Text.Json.Nodes.JsonValue text && text.TryGetValue<string>(out var said) && said.Length == 0)
            orderby property.Key
            select KeyValuePair.Create(property.Key, value)),
        JsonArray list => new JsonArray([.. list.Select(Filled)]),
        _ => node?.DeepClone(),
    };

    private sealed record Message(int Code, string Type, byte[] Body);
}
