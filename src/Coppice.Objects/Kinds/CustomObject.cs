using System.Text.Json;
using System.Text.Json.Serialization;
using Coppice.Objects.Meta;

namespace Coppice.Objects;

/// <summary>An object of a kind that was made at run time: its metadata as everywhere, and all else as JSON.</summary>
[JsonConverter(typeof(CustomObjectConverter))]
public sealed record CustomObject : KubernetesObject
{
    /// <summary>The other fields at the top, such as spec and status, by name.</summary>
    public ValueMap<JsonElement> Fields { get; init; }

    public bool Equals(CustomObject? other) =>
        other is not null
        && ApiVersion == other.ApiVersion
        && Kind == other.Kind
        && Metadata == other.Metadata
        && Fields.Count == other.Fields.Count
        && Fields.Zip(other.Fields).All(pair => pair.First.Key == pair.Second.Key && JsonElement.DeepEquals(pair.First.Value, pair.Second.Value));

    public override int GetHashCode() => HashCode.Combine(ApiVersion, Kind, Metadata);
}

/// <summary>Objects of a kind that was made at run time: what its schema does not know is left out, as a record would.</summary>
public sealed class CustomFormat(ObjectSchema schema) : IObjectFormat
{
    public KubernetesObject Read(ReadOnlySpan<byte> json)
    {
        var item = ApiJson.Read<CustomObject>(json);
        return item with
        {
            Fields = new(
                from entry in item.Fields
                let field = schema.Find(entry.Key)
                where field is not null || schema.KeepsUnknown
                select KeyValuePair.Create(entry.Key, field is null ? entry.Value : SchemaPruning.Prune(entry.Value, field.Value))),
        };
    }
}

/// <summary>Metadata in its place, and every other field as it comes.</summary>
internal sealed class CustomObjectConverter : JsonConverter<CustomObject>
{
    public override CustomObject Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw new JsonException("expected an object");
        }

        var item = new CustomObject();
        var fields = new List<KeyValuePair<string, JsonElement>>();
        foreach (var property in document.RootElement.EnumerateObject())
        {
            switch (property.Name)
            {
                case "apiVersion":
                    item = item with { ApiVersion = property.Value.GetString() };
                    break;
                case "kind":
                    item = item with { Kind = property.Value.GetString() };
                    break;
                case "metadata":
                    item = item with { Metadata = ApiJson.Read<ObjectMeta>(property.Value) };
                    break;
                default:
                    fields.Add(new(property.Name, property.Value.Clone()));
                    break;
            }
        }

        return item with { Fields = new(fields) };
    }

    public override void Write(Utf8JsonWriter writer, CustomObject value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WriteString("kind", value.Kind);
        writer.WriteString("apiVersion", value.ApiVersion);
        writer.WritePropertyName("metadata");
        ApiJson.WriteObject(writer, value.Metadata);
        foreach (var (name, field) in value.Fields)
        {
            writer.WritePropertyName(name);
            field.WriteTo(writer);
        }

        writer.WriteEndObject();
    }
}
