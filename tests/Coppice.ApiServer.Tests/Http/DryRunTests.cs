using System.Text.Json.Nodes;

namespace Coppice.ApiServer.Tests.Http;

/// <summary>
/// A dry run changes nothing: every verb of every resource and subresource that discovery tells of is tried, in every place where a dry
/// run can be asked for. Whoever adds a resource or a subresource has to say here how it is written.
/// </summary>
public sealed class DryRunTests(ServedApi api) : IClassFixture<ServedApi>
{
    private const string MergePatch = "application/merge-patch+json";

    // They connect, and write nothing.
    private static readonly string[] Connections = ["attach", "exec", "log", "portforward", "proxy"];

    // Questions are answered, and nothing of them is stored; a token is signed, and nothing either.
    private static readonly string[] NeverStored = ["/token", "reviews"];

    private int _made;

    [Fact]
    public async Task Every_verb_of_every_resource_changes_nothing_in_a_dry_run()
    {
        var space = (await api.NewNamespaceAsync())["/api/v1/namespaces/".Length..];
        foreach (var root in await RootsAsync())
        {
            foreach (var resource in (await api.GetAsync(root)).Good().Body!["resources"]!.AsArray())
            {
                var name = (string)resource!["name"]!;
                if (name.Contains('/') && Connections.Contains(name[(name.IndexOf('/') + 1)..]))
                {
                    continue;
                }

                var collection = (bool)resource["namespaced"]! ? $"{root}/namespaces/{space}/{name.Split('/')[0]}" : $"{root}/{name.Split('/')[0]}";
                foreach (var verb in resource["verbs"]!.AsArray().Select(v => (string)v!).Where(v => v is not ("get" or "list" or "watch")))
                {
                    await TryAsync(name, verb, collection, space);
                }
            }
        }
    }

    [Fact]
    public async Task What_a_dry_run_of_a_service_was_given_is_given_to_the_next()
    {
        var space = await api.NewNamespaceAsync();
        const string wanted = """{"metadata":{"name":"NAME"},"spec":{"type":"NodePort","clusterIP":"10.96.77.7","ports":[{"port":80,"nodePort":31777}]}}""";
        (await api.PostAsync($"{space}/services?dryRun=All", wanted.Replace("NAME", "one"))).Good();
        (await api.PostAsync($"{space}/services", wanted.Replace("NAME", "two"))).Good();
    }

    [Fact]
    public async Task What_is_no_dry_run_and_nothing_else_is_refused()
    {
        var space = await api.NewNamespaceAsync();
        (await api.NewConfigMapAsync(space, "a")).Good();
        var before = api.Current;
        Assert.Equal(
            """CreateOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: ["Some"]: supported values: "All" """.TrimEnd(),
            (await api.PostAsync($"{space}/configmaps?dryRun=Some", """{"metadata":{"name":"b"}}""")).Refused(422, "Invalid"));
        Assert.StartsWith("PatchOptions", (await api.PatchAsync($"{space}/configmaps/a?dryRun=", """{"data":{"a":"2"}}""")).Refused(422, "Invalid"));
        Assert.StartsWith("UpdateOptions", (await api.SendAsync("PUT", $"{space}/configmaps/a?dryRun=x", "{}")).Refused(422, "Invalid"));
        Assert.StartsWith("DeleteOptions", (await api.SendAsync("DELETE", $"{space}/configmaps/a?dryRun=x")).Refused(422, "Invalid"));
        Assert.StartsWith("DeleteOptions", (await api.SendAsync("DELETE", $"{space}/secrets?dryRun=x")).Refused(422, "Invalid"));
        Assert.Equal(
            """DeleteOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: ["all"]: supported values: "All" """.TrimEnd(),
            (await api.SendAsync("DELETE", $"{space}/configmaps/a", """{"dryRun":["all"]}""")).Refused(422, "Invalid"));
        Assert.Equal(before, api.Current);
    }

    private async Task<IEnumerable<string>> RootsAsync() =>
    [
        "/api/v1",
        .. (await api.GetAsync("/apis")).Good().Body!["groups"]!.AsArray()
            .SelectMany(g => g!["versions"]!.AsArray()).Select(v => $"/apis/{(string)v!["groupVersion"]!}"),
    ];

    private async Task TryAsync(string resource, string verb, string collection, string space)
    {
        var (kind, part) = (resource.Split('/')[0], resource.Contains('/') ? resource[resource.IndexOf('/')..] : "");
        var name = SampleObjects.Name(kind, $"n{++_made}");
        if (verb != "create" || part.Length > 0)
        {
            await NewAsync(kind, collection, name, space);
        }

        foreach (var change in await ChangesAsync(kind, part, verb, $"{collection}/{name}", space))
        {
            await StaysAsync(change);
            var before = api.Current;
            (await SendAsync(change)).Good();
            Assert.True(NeverStored.Any(change.Path.EndsWith) || api.Current > before, $"{change} would not have changed anything either");
        }
    }

    private async Task<IReadOnlyList<Change>> ChangesAsync(string kind, string part, string verb, string item, string space)
    {
        var name = item[(item.LastIndexOf('/') + 1)..];
        switch (verb, part)
        {
            case ("create", "") when kind == "bindings":
                await NewAsync("pods", $"/api/v1/namespaces/{space}/pods", name, space);
                return [new("POST", item[..item.LastIndexOf('/')], Binding(name))];
            case ("create", ""):
                return [new("POST", item[..item.LastIndexOf('/')], SampleObjects.Body(kind, name, space))];
            case ("create", "/binding"):
                return [new("POST", item + part, Binding(name))];
            case ("create", "/eviction"):
                return [new("POST", item + part, $$$"""{"metadata":{"name":"{{{name}}}"}}""")];
            case ("create", "/token"):
                return [new("POST", item + part, """{"spec":{"expirationSeconds":3600}}""")];
            case ("delete", ""):
                return [new("DELETE", item)];
            case ("deletecollection", ""):
                return [new("DELETE", item[..item.LastIndexOf('/')])];
            case ("patch", _):
                return [new("PATCH", item + part, Merge(part).ToJsonString(), MergePatch)];
            case ("update", _):
                var whole = (await api.GetAsync(item + (part == "/finalize" ? "" : part))).Good().Body!;
                Apply(whole.AsObject(), Merge(part));
                return [new("PUT", item + part, whole.ToJsonString())];
            default:
                throw new Xunit.Sdk.XunitException($"say here how {verb} of {kind}{part} changes something");
        }
    }

    private static string Binding(string pod) => $$$"""{"metadata":{"name":"{{{pod}}}"},"target":{"kind":"Node","name":"n"}}""";

    /// <summary>Something that each part lets through.</summary>
    private static JsonObject Merge(string part) => JsonNode.Parse(part switch
    {
        "" => """{"metadata":{"labels":{"changed":"yes"}}}""",
        "/status" => """{"metadata":{"annotations":{"changed":"yes"}},"status":{"attached":true,"conditions":[{"type":"Tried","status":"True","lastTransitionTime":"2026-01-01T00:00:00Z","lastHeartbeatTime":"2026-01-01T00:00:00Z","reason":"R","message":""}]}}""",
        "/scale" => """{"spec":{"replicas":7}}""",
        "/ephemeralcontainers" => """{"spec":{"ephemeralContainers":[{"name":"d","image":"i"}]}}""",
        "/approval" => """{"status":{"conditions":[{"type":"Approved","status":"True"}]}}""",
        "/resize" => """{"spec":{"containers":[{"name":"c","image":"i","resources":{"requests":{"cpu":"2"}}}]}}""",
        "/finalize" => """{"spec":{"finalizers":["kubernetes","example.com/wait"]}}""",
        _ => throw new Xunit.Sdk.XunitException($"say here how {part} is changed"),
    })!.AsObject();

    private static void Apply(JsonObject item, JsonObject patch)
    {
        foreach (var (name, value) in patch)
        {
            if (value is JsonObject inner && item[name] is JsonObject there)
            {
                Apply(there, inner);
            }
            else
            {
                item[name] = value?.DeepClone();
            }
        }
    }

    /// <summary>In each place where a dry run can be said.</summary>
    private static IEnumerable<Change> DryForms(Change change)
    {
        yield return change with { Path = $"{change.Path}?dryRun=All" };
        yield return change with { Path = $"{change.Path}?dryRun=All&dryRun=All" };
        if (change.Method == "DELETE")
        {
            yield return change with { Body = """{"dryRun":["All"]}""" };
            yield return change with { Body = """{"kind":"DeleteOptions","apiVersion":"v1","gracePeriodSeconds":0,"dryRun":["All"]}""" };
            yield return change with { Path = $"{change.Path}?dryRun=Some", Body = """{"dryRun":["All"]}""" };
        }

        if (change.Path.EndsWith("/eviction", StringComparison.Ordinal))
        {
            var item = JsonNode.Parse(change.Body!)!;
            item["deleteOptions"] = JsonNode.Parse("""{"dryRun":["All"]}""");
            yield return change with { Body = item.ToJsonString() };
            item["deleteOptions"] = JsonNode.Parse("""{"gracePeriodSeconds":0}""");
            yield return change with { Path = $"{change.Path}?dryRun=All", Body = item.ToJsonString() };
        }
    }

    private async Task StaysAsync(Change change)
    {
        foreach (var dry in DryForms(change))
        {
            var before = api.Current;
            (await SendAsync(dry)).Good();
            Assert.True(api.Current == before, $"{dry} has changed something");
        }
    }

    private async Task NewAsync(string kind, string collection, string name, string space) =>
        (await api.PostAsync(collection, SampleObjects.Body(kind, name, space))).Good();

    private Task<Answer> SendAsync(Change change) => api.SendAsync(change.Method, change.Path, change.Body, change.Type);

    private sealed record Change(string Method, string Path, string? Body = null, string Type = "application/json");
}
