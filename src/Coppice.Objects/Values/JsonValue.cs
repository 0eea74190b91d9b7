using System.Text.Json;
using System.Text.Json.Serialization;

namespace Coppice.Objects;

/// <summary>Any JSON at all, compared by its content; the default value is null. Kubernetes calls it JSON or RawExtension.</summary>
[JsonConverter(typeof(JsonValueConverter))]
public readonly struct JsonValue(JsonElement element) : IEquatable<JsonValue>
{
    private static readonly JsonElement Null = Parse("null").Element;

    public JsonElement Element => element.ValueKind == JsonValueKind.Undefined ? Null : element;

    /// <exception cref="JsonException">The text is not JSON.</exception>
    public static JsonValue Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return new JsonValue(document.RootElement.Clone());
    }

    public bool Equals(JsonValue other) => JsonElement.DeepEquals(Element, other.Element);

    public override bool Equals(object? obj) => obj is JsonValue other && Equals(other);

    public override int GetHashCode() => HashOf(Element);

    public override string ToString() => Element.GetRawText();

    public static bool operator ==(JsonValue a, JsonValue b) => a.Equals(b);

    public static bool operator !=(JsonValue a, JsonValue b) => !a.Equals(b);

    // Numbers that are equal may be written in several ways, and members in any order.
    private static int HashOf(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => element.GetString()!.GetHashCode(StringComparison.Ordinal),
        JsonValueKind.Number => element.GetDouble().GetHashCode(),
        JsonValueKind.Array => element.EnumerateArray().Aggregate(1, (hash, item) => HashCode.Combine(hash, HashOf(item))),
        JsonValueKind.Object => element.EnumerateObject().Aggregate(
            2, (hash, member) => hash ^ HashCode.Combine(member.Name.GetHashCode(StringComparison.Ordinal), HashOf(member.Value))),
        _ => (int)element.ValueKind,
    };
}

internal sealed class JsonValueConverter : JsonConverter<JsonValue>
{
    public override bool HandleNull => true;

    public override JsonValue Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        return new JsonValue(document.RootElement.Clone());
    }

    public override void Write(Utf8JsonWriter writer, JsonValue value, JsonSerializerOptions options) => value.Element.WriteTo(writer);
}
