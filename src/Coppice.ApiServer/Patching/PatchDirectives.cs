using System.Text.Json.Nodes;

namespace Coppice.ApiServer.Patching;

/// <summary>The names in a strategic merge patch that are orders to the server and no fields.</summary>
internal static class PatchDirectives
{
    /// <summary>What to do with the object it stands in: replace, delete or merge.</summary>
    public const string Marker = "$patch";

    public const string Replace = "replace";

    public const string Delete = "delete";

    public const string Merge = "merge";

    /// <summary>The fields of its object that stay; all others are cleared.</summary>
    public const string RetainKeys = "$retainKeys";

    /// <summary>Before a list's name: the order that its elements shall have.</summary>
    public const string SetElementOrder = "$setElementOrder/";

    /// <summary>Before a list's name: plain values to take out of it.</summary>
    public const string DeleteFromPrimitiveList = "$deleteFromPrimitiveList/";

    public static bool IsDirective(string name) => name is Marker or RetainKeys
        || name.StartsWith(SetElementOrder, StringComparison.Ordinal)
        || name.StartsWith(DeleteFromPrimitiveList, StringComparison.Ordinal);

    public static bool HasMarker(JsonNode? node) => node is JsonObject map && map.ContainsKey(Marker);

    /// <summary>A copy of what a patch brings in where nothing was: without its directives, and without its nulls.</summary>
    public static JsonNode? Clean(JsonNode? node) => node switch
    {
        JsonObject map => Clean(map),
        JsonArray list => new JsonArray([.. list.Where(e => !HasMarker(e) || IsMerge(e!)).Select(Clean)]),
        _ => node?.DeepClone(),
    };

    /// <summary>The same for an object; one that asks to be deleted is empty.</summary>
    public static JsonObject Clean(JsonObject map)
    {
        var clean = new JsonObject();
        if (JsonTree.TextOf(map[Marker]) == Delete)
        {
            return clean;
        }

        foreach (var (name, value) in map)
        {
            if (value is not null && !IsDirective(name))
            {
                clean[name] = Clean(value);
            }
        }

        return clean;
    }

    private static bool IsMerge(JsonNode element) => JsonTree.TextOf(element[Marker]) == Merge;
}
