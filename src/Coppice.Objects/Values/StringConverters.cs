using System.Text.Json;
using System.Text.Json.Serialization;

namespace Coppice.Objects;

/// <summary>Reads an empty string as an absent one: for most fields Kubernetes makes no difference between the two.</summary>
internal sealed class EmptyIsAbsentConverter : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
        reader.GetString() is { Length: > 0 } text ? text : null;

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);
}

/// <summary>Keeps an empty string: for fields where "" and nothing differ, such as a claim's storageClassName.</summary>
internal sealed class ExactStringConverter : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) => reader.GetString();

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);
}
