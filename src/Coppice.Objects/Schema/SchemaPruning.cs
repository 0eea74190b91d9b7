using System.Text.Json;

namespace Coppice.Objects;

/// <summary>Leaves out of JSON what a schema does not know, as decoding into a record does.</summary>
public static class SchemaPruning
{
    /// <param name="value">Of the shape that the schema asks for; where it is not, it stays as it is.</param>
    public static JsonElement Prune(JsonElement value, ValueSchema schema) =>
        Knows(value, schema) ? value : Parse(writer => Write(writer, value, schema));

    /// <summary>True if there is nothing to leave out, which is the common case and costs no copy.</summary>
    private static bool Knows(JsonElement value, ValueSchema schema) => (schema.Shape, value.ValueKind) switch
    {
        (ValueShape.Object, JsonValueKind.Object) => value.EnumerateObject().All(
            property => schema.Object.Find(property.Name) is { } field ? Knows(property.Value, field.Value) : schema.Object.KeepsUnknown),
        (ValueShape.List, JsonValueKind.Array) => value.EnumerateArray().All(element => Knows(element, schema.Element!)),
        (ValueShape.Map, JsonValueKind.Object) => value.EnumerateObject().All(property => Knows(property.Value, schema.Element!)),
        _ => true,
    };

    private static void Write(Utf8JsonWriter writer, JsonElement value, ValueSchema schema)
    {
        switch (schema.Shape, value.ValueKind)
        {
            case (ValueShape.Object, JsonValueKind.Object):
                writer.WriteStartObject();
                foreach (var property in value.EnumerateObject())
                {
                    var field = schema.Object.Find(property.Name);
                    if (field is not null || schema.Object.KeepsUnknown)
                    {
                        writer.WritePropertyName(property.Name);
                        Write(writer, property.Value, field?.Value ?? ValueSchema.Anything);
                    }
                }

                writer.WriteEndObject();
                break;
            case (ValueShape.List, JsonValueKind.Array):
                writer.WriteStartArray();
                foreach (var element in value.EnumerateArray())
                {
                    Write(writer, element, schema.Element!);
                }

                writer.WriteEndArray();
                break;
            case (ValueShape.Map, JsonValueKind.Object):
                writer.WriteStartObject();
                foreach (var property in value.EnumerateObject())
                {
                    writer.WritePropertyName(property.Name);
                    Write(writer, property.Value, schema.Element!);
                }

                writer.WriteEndObject();
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }

    private static JsonElement Parse(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            write(writer);
        }

        using var document = JsonDocument.Parse(buffer.ToArray());
        return document.RootElement.Clone();
    }
}
