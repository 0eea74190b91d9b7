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

    /// <summary>
    /// What a patch brings in where nothing was: without its directives, and without its nulls. An object that says what to do with what
    /// was there before is left out, in a list and as a field.
    /// </summary>
    /// <returns>False if nothing is left.</returns>
    public static bool TryClean(JsonNode? node, out JsonNode? clean)
    {
        clean = HasMarker(node) ? null : Clean(node);
        return clean is not null;
    }

    /// <summary>The same for what is there in any case; of an object with a marker all but that is kept.</summary>
    public static JsonObject Clean(JsonObject map)
    {
        var clean = new JsonObject();
        foreach (var (name, value) in map)
        {
            if (!IsDirective(name) && TryClean(value, out var kept))
            {
                clean[name] = kept;
            }
        }

        return clean;
    }

    private static JsonNode? Clean(JsonNode? node) => node switch
    {
        JsonObject map => Clean(map),
        JsonArray list => Clean(list),
        _ => node?.DeepClone(),
    };

    public static JsonArray Clean(JsonArray list) => [.. list.Where(element => !HasMarker(element)).Select(Clean)];
}
