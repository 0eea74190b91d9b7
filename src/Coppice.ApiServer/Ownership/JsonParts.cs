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

    public static JsonElement.ObjectEnumerator Fields(this JsonElement value) => value.ValueKind == JsonValueKind.Object ? value.EnumerateObject() : default;

    public static JsonElement.ArrayEnumerator Elements(this JsonElement value) => value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : default;

    /// <summary>To look for many fields of one object.</summary>
    public static FieldLookup Lookup(this JsonElement value) => new(value);

    public readonly struct FieldLookup
    {
        private readonly JsonElement _value;
        private readonly Dictionary<string, JsonElement>? _fields;

        public FieldLookup(JsonElement value)
        {
            _value = value;
            if (value.ValueKind != JsonValueKind.Object || value.GetPropertyCount() <= FewFields)
            {
                return;
            }

            _fields = new(StringComparer.Ordinal);
            foreach (var field in value.EnumerateObject())
            {
                _fields[field.Name] = field.Value;
            }
        }

        /// <summary>Absent if there is none of that name.</summary>
        public JsonElement this[string name] => _fields is null ? _value.Field(name) : _fields.GetValueOrDefault(name);
    }
}
