using System.Diagnostics;
using System.Text;
using Coppice.ApiServer.Tests.Http;
using Coppice.Objects;

namespace Coppice.ApiServer.Tests.Fuzzing;

/// <summary>Bodies that are small and stand for something huge, or make a reader go over them again and again.</summary>
[Collection(nameof(Measured))]
public sealed class BombTests(ServedApi api) : IClassFixture<ServedApi>
{
    // Of memory that one request may cost, whatever is in it: the largest body, many times over.
    private const long AllocationMax = 400L * 1024 * 1024;

    // Of processors, so that a busy machine is not taken for a slow reader.
    private static readonly TimeSpan ProcessorMax = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan AnswerMax = TimeSpan.FromSeconds(100);

    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(5);

    private static readonly Dictionary<string, string> Aliases = new()
    {
        ["one long text, many times"] = $"a: &a {new string('x', 100_000)}\nb: [{Many("*a", 30_000)}]",
        ["lists of lists"] = string.Concat(Enumerable.Range(0, 60).Select(i => $"a{i}: &a{i} [{(i == 0 ? "x" : Many($"*a{i - 1}", 9))}]\n")),
        ["a map merged into many"] = $"a: &a {{ {Many("k#: x", 5_000)} }}\nb: [{Many("{<<: *a}", 5_000)}]",
        ["a long text merged into many"] = $"a: &a {{k: {new string('x', 100_000)} }}\nb: [{Many("{<<: *a}", 5_000)}]",
        ["a map merged from many"] = $"a: &a {{ {Many("k#: x", 5_000)} }}\nb: {{<<: [{Many("*a", 20_000)}] }}",
    };

    private static readonly Dictionary<string, (string Type, string Patch)> Changes = new()
    {
        ["copies that grow"] = ("json-patch", Doubling(deeper: false)),
        ["copies that nest"] = ("json-patch", Doubling(deeper: true)),
        ["copies of all"] = ("json-patch", $"[{Many("""{"op":"copy","from":"/data","path":"/data/a"}""", 9_000)}]"),
        ["too many tests"] = ("json-patch", $"[{Many("""{"op":"test","path":"/data","value":{}}""", 10_001)}]"),
        ["inserts in front"] = ("json-patch", $$"""[{"op":"add","path":"/x","value":[{{Many("0", 200_000)}}]},{{Many("""{"op":"add","path":"/x/0","value":1}""", 9_000)}}]"""),
        ["removals in front"] = ("json-patch", $"[{Many("""{"op":"remove","path":"/data/k#"}""", 9_999)}]"),
        ["removals"] = ("merge-patch", $$"""{"data":{ {{Many("\"k#\":null", 80_000)}} } }"""),
        ["strategic removals"] = ("strategic-merge-patch", $$"""{"data":{ {{Many("\"k#\":null", 80_000)}} } }"""),
        ["nothing retained"] = ("strategic-merge-patch", """{"data":{"$retainKeys":[]}}"""),
        ["many owners"] = (
            "strategic-merge-patch",
            $$"""{"metadata":{"ownerReferences":[{{Many("""{"uid":"#","name":"a","kind":"b","apiVersion":"c"}""", 20_000)}}] } }"""),
        ["duplicates below a long name"] = ("merge-patch", $$"""{"{{new string('x', 1_000_000)}}":{ {{Many("\"a\":1", 300_000)}} } }"""),
    };

    public static TheoryData<string> YamlBombs => [.. Aliases.Keys];

    public static TheoryData<string> Patches => [.. Changes.Keys];

    [Theory]
    [MemberData(nameof(YamlBombs))]
    public async Task Aliases_stand_for_no_more_than_a_body_may_be(string what)
    {
        var space = await api.NewNamespaceAsync();
        var answer = await CheaplyAsync("POST", $"{space}/configmaps", "application/yaml", Aliases[what]);
        Assert.Equal(400, answer.Code);
        Assert.Contains("error converting YAML to JSON: yaml: document contains excessive aliasing", answer.Message);
    }

    [Fact]
    public async Task Aliases_that_mean_well_are_followed()
    {
        var space = await api.NewNamespaceAsync();
        var yaml = $"metadata: {{name: c}}\ndata:\n  a: &a {new string('x', 100_000)}\n{Many("  k#: *a\n", 5, "")}";
        (await CheaplyAsync("POST", $"{space}/configmaps", "application/yaml", yaml)).Good();
        Assert.Equal(100_000, ((string?)(await api.GetAsync($"{space}/configmaps/c")).Body!["data"]!["k4"])!.Length);
    }

    [Theory]
    [MemberData(nameof(Patches))]
    public async Task A_patch_costs_no_more_than_a_body(string what)
    {
        var (type, patch) = Changes[what];
        var space = await api.NewNamespaceAsync();
        (await api.PostAsync($"{space}/configmaps", $$"""{"metadata":{"name":"c"},"data":{ {{Many("\"k#\":\"\"", 80_000)}} } }""")).Good();
        var answer = await CheaplyAsync("PATCH", $"{space}/configmaps/c", $"application/{type}+json", patch);
        Assert.True(answer.Code < 500, $"{answer.Code}");
    }

    /// <summary>
    /// Lists and maps of all kinds, very long: what compares each element with each other is found here. There are a thousand; every run
    /// tries some, of another seed others.
    /// </summary>
    [Fact]
    public async Task However_long_a_list_is_it_is_read_and_checked_in_a_time_that_grows_with_its_length()
    {
        var space = await api.NewNamespaceAsync();
        var seed = int.TryParse(Environment.GetEnvironmentVariable("COPPICE_FUZZ_SEED"), out var given) ? given : 1;
        var places = BuiltInKinds.All.SelectMany(kind => WideBodies.Of(kind).Select(body => (kind, body.Place, body.Body))).ToArray();
        new Random(seed).Shuffle(places);
        var clock = Stopwatch.StartNew();
        foreach (var (kind, place, body) in places.TakeWhile(_ => clock.Elapsed < Budget))
        {
            var all = $"{(kind.Group.Length == 0 ? "/api/v1" : $"/apis/{kind.Group}/v1")}{(kind.Namespaced ? space["/api/v1".Length..] : "")}/{kind.Resource}";
            var answer = await CheaplyAsync("POST", $"{all}?dryRun=All", "application/json", body());
            Assert.True(answer.Code < 500, $"{kind.Name} {place}: {answer}");
        }
    }

    private async Task<Answer> CheaplyAsync(string method, string path, string type, string body)
    {
        var (before, busyBefore) = (GC.GetTotalAllocatedBytes(), Environment.CpuUsage.TotalTime);
        var answer = await SendAsync(method, path, type, body);
        var (cost, busy) = (GC.GetTotalAllocatedBytes() - before, Environment.CpuUsage.TotalTime - busyBefore);
        Assert.True(cost < AllocationMax, $"{cost} bytes for a body of {body.Length}: {path} {body[..Math.Min(200, body.Length)]}");
        Assert.True(busy < ProcessorMax, $"{busy} of processors for a body of {body.Length}");
        return answer;
    }

    private async Task<Answer> SendAsync(string method, string path, string type, string body)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        using var late = new CancellationTokenSource(AnswerMax);
        using var response = await api.Admin.SendAsync(request, late.Token);
        return await Answer.OfAsync(response);
    }

    /// <summary>A piece so many times; # is its number.</summary>
    private static string Many(string piece, int times, string separator = ",") => string.Join(
        separator, Enumerable.Range(0, times).Select(i => piece.Replace("#", $"{i}", StringComparison.Ordinal)));

    /// <summary>Copies a value into itself, over and over.</summary>
    private static string Doubling(bool deeper)
    {
        var operations = new List<string> { """{"op":"add","path":"/x","value":{"x":{"x":"y"}}}""" };
        var to = "/x/x";
        for (var i = 0; i < 40; i++)
        {
            operations.Add($$"""{"op":"copy","from":"/x","path":"{{(deeper ? to : $"/x/y{i}")}}"}""");
            to += deeper && to.Length < 100_000 ? to : "";
        }

        return $"[{string.Join(',', operations)}]";
    }
}
