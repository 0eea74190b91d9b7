using System.Text;

namespace Coppice.ApiServer.Tests.Http;

/// <summary>What is dropped from a body is told of, in any script and within bounds; and telling never spoils the answer.</summary>
public sealed class WarningTests(ServedApi api) : IClassFixture<ServedApi>
{
    private const string Odd = "größe 🌳";

    [Fact]
    public async Task A_field_that_is_not_ASCII_is_warned_of()
    {
        var space = await api.NewNamespaceAsync();
        var created = (await api.PostAsync($"{space}/configmaps", $$$"""{"metadata":{"name":"c"},"{{{Odd}}}":1,"data":{"a":"1","a":"2"},"a\"b\nc":1}""")).Good();
        Assert.Equal(
            [
                $"299 - \"unknown field \\\"{Odd}\\\"\"", $"299 - \"duplicate field \\\"data.a\\\"\"",
                "299 - \"unknown field \\\"a\\\\\\\"b\\\\nc\\\"\"",
            ],
            created.Warnings);
    }

    [Fact]
    public async Task An_owner_that_is_named_twice_is_kept_once()
    {
        const string One = """{"apiVersion":"v1","kind":"ConfigMap","name":"a","uid":"1"}""";
        const string Other = """{"apiVersion":"v1","kind":"ConfigMap","name":"b","uid":"1"}""";
        const string Told =
            "299 - \".metadata.ownerReferences contains duplicate entries; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: 1\"";
        var space = await api.NewNamespaceAsync();
        var made = (await api.NewConfigMapAsync(space, "c", $",\"ownerReferences\":[{One},{Other},{One}]")).Good();
        Assert.Equal([Told], made.Warnings);
        Assert.Equal(["a", "b"], made.Body!["metadata"]!["ownerReferences"]!.AsArray().Select(owner => (string?)owner!["name"]));

        var patched = (await api.PatchAsync($"{space}/configmaps/c", $$$"""{"metadata":{"ownerReferences":[{{{One}}},{{{One}}}]}}""")).Good();
        Assert.Equal([Told], patched.Warnings);
        Assert.Single(patched.Body!["metadata"]!["ownerReferences"]!.AsArray());
    }

    [Theory]
    [InlineData("application/merge-patch+json", $$$"""{"{{{Odd}}}":1,"data":{"a":"2"}}""")]
    [InlineData("application/strategic-merge-patch+json", $$$"""{"{{{Odd}}}":1,"data":{"a":"2"}}""")]
    [InlineData("application/json-patch+json", $$"""[{"op":"add","path":"/{{Odd}}","value":1},{"op":"add","path":"/data/a","value":"2"}]""")]
    public async Task A_patch_that_was_carried_out_is_never_answered_by_a_failure(string type, string patch)
    {
        var space = await api.NewNamespaceAsync();
        (await api.NewConfigMapAsync(space, "c")).Good();
        var answer = (await api.SendAsync("PATCH", $"{space}/configmaps/c", patch, type)).Good();
        Assert.Equal([$"299 - \"unknown field \\\"{Odd}\\\"\""], answer.Warnings);
        Assert.Equal("2", (string?)(await api.GetAsync($"{space}/configmaps/c")).Body!["data"]!["a"]);
    }

    [Fact]
    public async Task A_field_that_a_patch_names_twice_is_warned_of_and_refused_if_so_wished()
    {
        var space = await api.NewNamespaceAsync();
        (await api.NewConfigMapAsync(space, "c")).Good();
        const string Patch = """{"data":{"a":"2","a":"3"}}""";
        Assert.Equal(["299 - \"duplicate field \\\"data.a\\\"\""], (await api.PatchAsync($"{space}/configmaps/c", Patch)).Good().Warnings);
        var refused = await api.PatchAsync($"{space}/configmaps/c?fieldValidation=Strict", Patch);
        Assert.EndsWith("strict decoding error: duplicate field \"data.a\"", refused.Refused(422, "Invalid"));
    }

    [Fact]
    public async Task What_a_list_of_operations_says_too_much_is_warned_of_and_refused_if_so_wished()
    {
        var space = await api.NewNamespaceAsync();
        (await api.NewConfigMapAsync(space, "c")).Good();
        const string Patch = """[{"op":"add","path":"/data/a","value":"2","why":"so"}]""";
        const string Json = "application/json-patch+json";
        Assert.Equal(["299 - \"json patch unknown field \\\"[0].why\\\"\""], (await api.SendAsync("PATCH", $"{space}/configmaps/c", Patch, Json)).Good().Warnings);
        Assert.EndsWith(
            "strict decoding error: json patch unknown field \"[0].why\"",
            (await api.SendAsync("PATCH", $"{space}/configmaps/c?fieldValidation=Strict", Patch, Json)).Refused(422, "Invalid"));
    }

    [Theory]
    [InlineData("serviceaccounts/default/token", """{"spec":{"x":1}}""")]
    [InlineData("pods/p/eviction", """{"metadata":{"name":"p"},"x":1}""")]
    public async Task Every_door_warns(string door, string body)
    {
        var space = await api.NewNamespaceAsync();
        (await api.PostAsync($"{space}/pods", """{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i"}]}}""")).Good();
        Assert.Single((await api.PostAsync($"{space}/{door}", body)).Good().Warnings);
    }

    [Theory]
    [InlineData("application/yaml", "{metadata: {name: c}, data: {", "a,", "}}")]
    [InlineData("application/json", """{"metadata":{"name":"c"},"data":{""", "\"a\":\"1\",", "\"b\":\"1\"}}")]
    [InlineData("application/json", """{"metadata":{"name":"c"},""", "\"XX\":1,", "\"data\":{}}")]
    public async Task However_much_there_is_to_warn_of_the_answer_is_short_and_comes_soon(string type, string head, string piece, string tail)
    {
        var space = await api.NewNamespaceAsync();
        var body = new StringBuilder(head);
        for (var i = 0; body.Length < 80_000; i++)
        {
            body.Append(piece.Replace("XX", $"x{i}", StringComparison.Ordinal));
        }

        // What takes the square of its length takes 17 s for this much.
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(8));
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{space}/configmaps") { Content = new StringContent(body.Append(tail).ToString(), Encoding.UTF8, type) };
        using var response = await api.Admin.SendAsync(request, late.Token);
        var warnings = (await Answer.OfAsync(response)).Good().Warnings;
        Assert.NotEmpty(warnings);
        Assert.True(warnings.Sum(warning => warning.Length) < 8192, $"{warnings.Count} warnings");
    }
}
