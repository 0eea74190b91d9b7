using System.Text.Json;
using Coppice.ApiServer.Discovery;
using Coppice.ApiServer.Kinds;
using Coppice.Objects;

namespace Coppice.ApiServer.Aggregation;

/// <summary>What others say that they serve, beside what this server serves itself.</summary>
internal static class RemoteDiscovery
{
    private static readonly ObjectSchema Unknown = new("", "", []);

    /// <summary>Reads an APIResourceList. What is no such thing has no resources.</summary>
    public static ValueList<ServedResource> Read(ReadOnlySpan<byte> json, string group, string version)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            using var document = JsonDocument.ParseValue(ref reader);
            List<JsonElement> all = [.. document.RootElement.GetProperty("resources").EnumerateArray()];
            var parts = all.Where(one => Text(one, "name").Contains('/')).ToLookup(one => Text(one, "name").Split('/', 2)[0]);
            return
            [
                .. from one in all
                   let name = Text(one, "name")
                   where !name.Contains('/')
                   select new ServedResource(name, Text(one, "singularName"), KindOf(one), IsNamespaced(one), Texts(one, "verbs"), Unknown)
                   {
                       ShortNames = Texts(one, "shortNames"),
                       Categories = Texts(one, "categories"),
                       Subresources = parts[name].Select(part => new Subresource(Text(part, "name").Split('/', 2)[1], Door.Part, KindOf(part), Texts(part, "verbs"), null)).ToValueList(),
                   },
            ];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return [];
        }

        KindName KindOf(JsonElement one) =>
            new(Text(one, "group") is { Length: > 0 } other ? other : group, Text(one, "version") is { Length: > 0 } of ? of : version, Text(one, "kind"));
    }

    /// <summary>The groups of this server with those of others, in the order of their priorities.</summary>
    public static IReadOnlyList<ServedGroup> Merge(IReadOnlyList<ServedGroup> own, IEnumerable<RemoteApi> remote)
    {
        var others = remote.ToLookup(api => api.Group);
        var groups = own.Select(group => (Group: group, Priority: LocalApis.PriorityOf(group.Name))).ToList();
        foreach (var group in others)
        {
            ServedVersion[] versions =
            [
                .. group.OrderByDescending(api => api.Spec.VersionPriority).ThenByDescending(api => api.Version, StringComparer.Ordinal)
                    .Select(api => new ServedVersion(api.Group, api.Version, api.Resources) { IsStale = !api.IsAvailable }),
            ];
            var at = groups.FindIndex(one => one.Group.Name == group.Key);
            if (at < 0)
            {
                groups.Add((new ServedGroup(group.Key, versions), group.Max(api => api.Spec.GroupPriorityMinimum)));
                continue;
            }

            var kept = groups[at].Group.Versions.Where(version => versions.All(one => one.Version != version.Version));
            groups[at] = groups[at] with { Group = new ServedGroup(group.Key, [.. kept, .. versions]) };
        }

        return [.. groups.OrderByDescending(one => one.Priority).Select(one => one.Group)];
    }

    private static bool IsNamespaced(JsonElement one) => one.TryGetProperty("namespaced", out var value) && value.ValueKind == JsonValueKind.True;

    private static string Text(JsonElement one, string name) =>
        one.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() ?? "" : "";

    private static ValueList<string> Texts(JsonElement one, string name) =>
        one.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Select(text => text.GetString() ?? "")] : [];
}
