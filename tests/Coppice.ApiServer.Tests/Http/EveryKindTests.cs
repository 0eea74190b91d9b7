using System.Text.Json.Nodes;
using Coppice.Objects;

namespace Coppice.ApiServer.Tests.Http;

/// <summary>Every kind that is served does what every kind does: a new one needs an example in <see cref="SampleObjects"/>.</summary>
public sealed class EveryKindTests(ServedApi api) : IClassFixture<ServedApi>
{
    private const string Labels = """{"metadata":{"labels":{"KEY":"yes"}}}""";

    // Old clients ask for the first that the server has of several versions.
    private const string NewTable = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";
    private const string OldTable = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json";

    // Kubernetes' strategies that say so: with these nobody overwrites unseen what others wrote.
    private static readonly string[] NeedVersion =
    [
        "apiservices", "csidrivers", "csinodes", "csistoragecapacities", "customresourcedefinitions", "leases", "mutatingadmissionpolicies",
        "mutatingadmissionpolicybindings", "mutatingwebhookconfigurations", "poddisruptionbudgets", "runtimeclasses", "validatingadmissionpolicies",
        "validatingadmissionpolicybindings", "validatingwebhookconfigurations", "volumeattachments",
    ];

    public static TheoryData<string> Kinds => [.. BuiltInKinds.All.Select(NameOf)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_kind_is_made_read_changed_in_every_way_watched_and_deleted(string resource)
    {
        var (kind, all, one) = await NewAsync(resource);
        var name = one[(one.LastIndexOf('/') + 1)..];
        var made = (await api.GetAsync(one)).Good().Body!;
        Assert.Equal((kind.ApiVersion, kind.Name, name), ((string)made["apiVersion"]!, (string)made["kind"]!, (string)made["metadata"]!["name"]!));

        var list = (await api.GetAsync(all)).Good().Body!;
        Assert.Equal((kind.ApiVersion, $"{kind.Name}List"), ((string)list["apiVersion"]!, (string)list["kind"]!));
        Assert.Contains(list["items"]!.AsArray(), item => (string)item!["metadata"]!["name"]! == name);
        using var watch = await WatchAsync($"{all}?watch=true&fieldSelector=metadata.name%3D{Uri.EscapeDataString(name)}&resourceVersion={(string)list["metadata"]!["resourceVersion"]!}");

        var changed = made.DeepClone();
        (changed["metadata"]!["labels"] ??= new JsonObject())["put"] = "yes";
        await ChangedAsync("put", "PUT", changed.ToJsonString(), "application/json");
        await ChangedAsync("merge", "PATCH", Labels.Replace("KEY", "merge", StringComparison.Ordinal), "application/merge-patch+json");
        await ChangedAsync("strategic", "PATCH", Labels.Replace("KEY", "strategic", StringComparison.Ordinal), "application/strategic-merge-patch+json");
        await ChangedAsync("json", "PATCH", """[{"op":"add","path":"/metadata/labels/json","value":"yes"}]""", "application/json-patch+json");

        (await api.SendAsync("DELETE", one, """{"gracePeriodSeconds":0}""")).Good();
        if ((await api.GetAsync(one)).Code == 200)
        {
            // It waits for whoever lets go of it, and nobody runs here.
            await watch.NextAsync("MODIFIED", name);
            return;
        }

        await watch.NextAsync("DELETED", name);

        async Task ChangedAsync(string key, string method, string body, string type)
        {
            var answer = (await api.SendAsync(method, one, body, type)).Good().Body!;
            Assert.Equal("yes", (string?)answer["metadata"]!["labels"]![key]);
            await watch.NextAsync("MODIFIED", name);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_whole_version_of_some_kinds_must_say_which_one_it_replaces(string resource)
    {
        var (kind, _, one) = await NewAsync(resource);
        var item = (await api.GetAsync(one)).Good().Body!;
        foreach (var version in (string?[])[null, "0"])
        {
            item["metadata"]!["resourceVersion"] = version;
            var answer = await api.SendAsync("PUT", one, item.ToJsonString());
            if (!NeedVersion.Contains(kind.Resource))
            {
                answer.Good();
                continue;
            }

            Assert.Equal(
                $"{kind.Resource}.{kind.Group} \"{item["metadata"]!["name"]}\" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update",
                answer.Refused(422, "Invalid"));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_kind_is_printed_for_old_and_new_clients(string resource)
    {
        var (kind, all, one) = await NewAsync(resource);
        foreach (var accept in new[] { NewTable, OldTable })
        {
            foreach (var path in new[] { one, all })
            {
                var table = (await api.GetAsync(path, accept)).Good().Body!;
                var columns = table["columnDefinitions"]!.AsArray();
                Assert.Equal(("Table", Served.Of(kind).Table.Columns.Count), ((string)table["kind"]!, columns.Count));
                Assert.All(columns, column => Assert.NotEmpty((string)column!["description"]!));
                var rows = table["rows"]!.AsArray();
                Assert.NotEmpty(rows);
                Assert.All(rows, row => Assert.Equal(columns.Count, row!["cells"]!.AsArray().Count));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_kind_is_explained(string resource)
    {
        var kind = Find(resource);
        var old = (await api.GetAsync("/openapi/v2")).Good().Body!["definitions"]!.AsObject();
        var root = kind.Group.Length == 0 ? "api/v1" : $"apis/{kind.ApiVersion}";
        var @new = (await api.GetAsync($"/openapi/v3/{root}")).Good().Body!["components"]!["schemas"]!.AsObject();
        foreach (var schemas in new[] { old, @new })
        {
            var own = Assert.Single(schemas, schema => schema.Value!["x-kubernetes-group-version-kind"]?.AsArray().Any(one =>
                ((string)one!["group"]!, (string)one["version"]!, (string)one["kind"]!) == (kind.Group, kind.Version, kind.Name)) == true).Value!;
            Assert.NotEmpty((string)own["description"]!);
            Assert.All(own["properties"]!.AsObject(), property => Assert.NotEmpty((string?)property.Value!["description"] ?? ""));
        }
    }

    private static string NameOf(Kind kind) => $"{kind.ApiVersion}/{kind.Resource}";

    private static Kind Find(string resource) => BuiltInKinds.All.Single(kind => NameOf(kind) == resource);

    private async Task<(Kind Kind, string All, string One)> NewAsync(string resource)
    {
        var kind = Find(resource);
        var space = (await api.NewNamespaceAsync())["/api/v1/namespaces/".Length..];
        var root = kind.Group.Length == 0 ? $"/api/{kind.Version}" : $"/apis/{kind.ApiVersion}";
        var all = kind.Namespaced ? $"{root}/namespaces/{space}/{kind.Resource}" : $"{root}/{kind.Resource}";
        var name = SampleObjects.Name(kind.Resource, $"every-{space}");
        (await api.PostAsync(all, SampleObjects.Body(kind.Resource, name, space))).Good();
        return (kind, all, $"{all}/{name}");
    }

    private async Task<EventLines> WatchAsync(string path)
    {
        var response = await api.Admin.GetAsync(path, HttpCompletionOption.ResponseHeadersRead);
        return new EventLines(new StreamReader(await response.EnsureSuccessStatusCode().Content.ReadAsStreamAsync()));
    }
}
