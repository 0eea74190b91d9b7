using Coppice.ApiServer.Tests.Http;
using static Coppice.ApiServer.Tests.CustomResources.Definitions;

namespace Coppice.ApiServer.Tests.CustomResources;

/// <summary>Custom objects have no type from which it would follow what they are: they say so, or are refused.</summary>
public sealed class CustomKindTests(ServedApi api) : IClassFixture<ServedApi>
{
    private const string Json = "application/json";
    private const string Yaml = "application/yaml";
    private const string Body = """{"metadata":{"name":"one"}}""";

    private static int _groups;

    [Theory]
    [InlineData("", Json, Body, $"the object provided is unrecognized (must be of type CronTab): Object 'Kind' is missing in '{Body}' ({Body})")]
    [InlineData("?fieldValidation=Strict", Json, Body, $"the object provided is unrecognized (must be of type CronTab): Object 'Kind' is missing in '{Body}' ({Body})")]
    [InlineData("?fieldValidation=Ignore", Json, Body, $"CronTab in version \"v1\" cannot be handled as a CronTab: Object 'Kind' is missing in '{Body}'")]
    [InlineData("", Json, "[]", """the object provided is unrecognized (must be of type CronTab): couldn't get version/kind; json parse error: json: cannot unmarshal array into Go value of type struct { APIVersion string "json:\"apiVersion,omitempty\""; Kind string "json:\"kind,omitempty\"" } (5b5d)""")]
    [InlineData("", Yaml, "metadata:\n  name: one\n", "the object provided is unrecognized (must be of type CronTab): Object 'Kind' is missing in 'metadata:\n  name: one\n' (6d657461646174613a0a20206e616d653a206f6e650a)")]
    [InlineData("?fieldValidation=Ignore", Yaml, "metadata:\n  name: one\n", $"CronTab in version \"v1\" cannot be handled as a CronTab: Object 'Kind' is missing in '{Body}'")]
    [InlineData("", Json, """{"kind":"CronTab","metadata":{"name":"one"}}""", "the API version in the data () does not match the expected API version (GROUP/v1)")]
    [InlineData("", Yaml, "{apiVersion: v1, kind: CronTab}", "the API version in the data (v1) does not match the expected API version (GROUP/v1)")]
    public async Task A_body_that_does_not_say_what_it_is_is_refused(string query, string type, string body, string message)
    {
        var (group, all) = await ServeAsync();
        (await api.MakeAsync(all, Body)).Good();
        message = message.Replace("GROUP", group, StringComparison.Ordinal);
        Assert.Equal(message, (await api.SendAsync("POST", all + query, body, type)).Refused(400, "BadRequest"));
        Assert.Equal(message, (await api.SendAsync("PUT", $"{all}/one{query}", body, type)).Refused(400, "BadRequest"));
        Assert.Equal(message, (await api.SendAsync("PUT", $"{all}/one/status{query}", body, type)).Refused(400, "BadRequest"));
    }

    [Fact]
    public async Task What_says_that_it_is_something_else_is_invalid()
    {
        var (group, all) = await ServeAsync();
        (await api.MakeAsync(all, Body)).Good();
        var other = $$$"""{"apiVersion":"{{{group}}}/v1","kind":"CronTap","metadata":{"name":"one"}}""";
        var message = $"CronTap.{group} \"one\" is invalid: kind: Invalid value: \"CronTap\": must be CronTab";
        Assert.Equal(message, (await api.PostAsync(all, other)).Refused(422, "Invalid"));
        Assert.Equal(message, (await api.SendAsync("PUT", $"{all}/one", other)).Refused(422, "Invalid"));
        Assert.Equal(message, (await api.PatchAsync($"{all}/one", """{"kind":"CronTap"}""")).Refused(422, "Invalid"));
    }

    [Theory]
    [InlineData("""{"kind":null}""", "application/merge-patch+json")]
    [InlineData("""[{"op":"remove","path":"/kind"}]""", "application/json-patch+json")]
    public async Task A_patch_cannot_take_away_what_an_object_is(string patch, string type)
    {
        var (_, all) = await ServeAsync();
        (await api.MakeAsync(all, Body)).Good();
        var refused = (await api.SendAsync("PATCH", $"{all}/one", patch, type)).Refused(422, "Invalid");
        Assert.StartsWith(" \"\" is invalid: patch: Invalid value: \"{", refused);
        Assert.Contains(": Object 'Kind' is missing in '{", refused);
    }

    [Theory]
    [InlineData("null", "CronTab", "")]
    [InlineData("\"v1\"", "CronTab", "v1")]
    [InlineData("\"GROUP/v2\"", "CronTab.GROUP", "GROUP/v2")]
    [InlineData("\"other.example.com/v1\"", "CronTab.other.example.com", "other.example.com/v1")]
    public async Task A_patch_makes_no_object_of_another_version(string version, string kind, string said)
    {
        var (group, all) = await ServeAsync();
        (await api.MakeAsync(all, Body)).Good();
        var message = $"{kind} \"one\" is invalid: apiVersion: Invalid value: \"{said}\": must be GROUP/v1".Replace("GROUP", group, StringComparison.Ordinal);
        version = version.Replace("GROUP", group, StringComparison.Ordinal);
        foreach (var path in (string[])[$"{all}/one", $"{all}/one/status"])
        {
            Assert.Equal(message, (await api.PatchAsync(path, $$"""{"apiVersion":{{version}}}""")).Refused(422, "Invalid"));
            Assert.Equal(message, (await api.SendAsync(
                "PATCH", path, version == "null" ? """[{"op":"remove","path":"/apiVersion"}]""" : $$"""[{"op":"replace","path":"/apiVersion","value":{{version}}}]""", "application/json-patch+json")).Refused(422, "Invalid"));
        }
    }

    [Theory]
    [InlineData("""{"apiVersion":"a/b/c"}""", ": unexpected GroupVersion string: a/b/c")]
    [InlineData("""{"apiVersion":5}""", ": couldn't get version/kind; json parse error: json: cannot unmarshal number into Go struct field .apiVersion of type string")]
    public async Task A_patch_makes_no_object_of_a_version_that_none_can_be(string patch, string end)
    {
        var (_, all) = await ServeAsync();
        (await api.MakeAsync(all, Body)).Good();
        Assert.EndsWith(end, (await api.PatchAsync($"{all}/one", patch)).Refused(422, "Invalid"));
    }

    private async Task<(string Group, string All)> ServeAsync()
    {
        var group = $"g{Interlocked.Increment(ref _groups)}.kinds.example.com";
        await api.DefineAsync(CronTabs(group, """{"type":"object"}""", ""","subresources":{"status":{}}"""));
        return (group, $"/apis/{group}/v1/namespaces/{(await api.NewNamespaceAsync()).Split('/')[^1]}/crontabs");
    }
}
