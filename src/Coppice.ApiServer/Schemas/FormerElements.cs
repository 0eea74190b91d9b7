using System.Text.Json;
using Coppice.Objects;

namespace Coppice.ApiServer.Schemas;

/// <summary>The elements of a list as they were before, by the fields that tell them apart; none where nothing does.</summary>
internal sealed class FormerElements
{
    private static readonly FormerElements None = new([], default);

    private readonly Dictionary<JsonValue, JsonElement> _byKeys;
    private readonly ValueList<string> _keys;

    private FormerElements(Dictionary<JsonValue, JsonElement> byKeys, ValueList<string> keys) => (_byKeys, _keys) = (byKeys, keys);

    public static FormerElements Of(JsonElement? old, StructuralSchema list)
    {
        if (list.KeysOfItems.IsEmpty || old is not { ValueKind: JsonValueKind.Array } before)
        {
            return None;
        }

        var byKeys = new Dictionary<JsonValue, JsonElement>();
        foreach (var element in before.EnumerateArray())
        {
            byKeys.TryAdd(KeysOf(element, list.KeysOfItems), element);
        }

        return new FormerElements(byKeys, list.KeysOfItems);
    }

    public JsonElement? Find(JsonElement element) =>
        _byKeys.Count > 0 && _byKeys.TryGetValue(KeysOf(element, _keys), out var former) ? former : null;

    /// <summary>What tells an element apart, as an object of its own.</summary>
    public static JsonValue KeysOf(JsonElement element, ValueList<string> names)
    {
        var keys = new List<KeyValuePair<string, JsonElement>>();
        foreach (var name in names.Order(StringComparer.Ordinal))
        {
            if (Member(element, name) is { } value)
            {
                keys.Add(new(name, value));
            }
        }

        return new JsonValue(JsonObjects.Of(keys));
    }

    /// <summary>A field of a value; null if it has none, or is no object.</summary>
    public static JsonElement? Member(JsonElement? value, string name) =>
        value is { ValueKind: JsonValueKind.Object } item && item.TryGetProperty(name, out var member) ? member : null;
}
