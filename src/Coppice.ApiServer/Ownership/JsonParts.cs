using System.Text.Json;

namespace Coppice.ApiServer.Ownership;

/// <summary>The parts of JSON values that may be absent (<see cref="JsonValueKind.Undefined"/>) or of another kind: then they have none.</summary>
internal static class JsonParts
{
    // Up to here a field is looked for from one end to the other; beyond it that would take long for each.
    private const int FewFields = 24;

    public static bool IsAbsent(this JsonElement value) => value.ValueKind == JsonValueKind.Undefined;

    public static JsonElement Field(this JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name, out var field) ? field : default;

    /// <summary>A string's text; null for anything else.</summary>
    public static string? ToText(this JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public static bool HasParts(this JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => value.GetPropertyCount() > 0,
        JsonValueKind.Array => value.GetArrayLength() > 0,
        _ => false,
    };

    public static IEnumerable<JsonProperty> Fields(this JsonElement value) => value.ValueKind == JsonValueKind.Object ? value.EnumerateObject() : [];

    public static IEnumerable<JsonElement> Elements(this JsonElement value) => value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : [];

    /// <summary>How to look for many fields of one object.</summary>
    public static Func<string, JsonElement> Lookup(this JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object || value.GetPropertyCount() <= FewFields)
        {
            return name => value.Field(name);
        }

        var fields = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var field in value.EnumerateObject())
        {
            fields[field.Name] = field.Value;
        }

        return name => fields.GetValueOrDefault(name);
    }
}
