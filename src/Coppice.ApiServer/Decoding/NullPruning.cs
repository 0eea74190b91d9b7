using System.Buffers;
using System.Text.Json;
using Coppice.Objects;

namespace Coppice.ApiServer.Decoding;

/// <summary>
/// Reads null as Go does: a field that is null is absent, an element or entry that is null has its type's zero value. Runs only on
/// texts that have nulls, which manifests seldom do.
/// </summary>
internal static class NullPruning
{
    public static byte[] Prune(ReadOnlySpan<byte> json, ObjectSchema schema)
    {
        var buffer = new ArrayBufferWriter<byte>(json.Length);
        var reader = new Utf8JsonReader(json);
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true }))
        {
            reader.Read();
            if (reader.TokenType == JsonTokenType.StartObject)
            {
                CopyObject(ref reader, writer, schema);
            }
            else
            {
                writer.WriteRawValue("{}"u8);
            }
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void CopyObject(ref Utf8JsonReader reader, Utf8JsonWriter writer, ObjectSchema schema)
    {
        writer.WriteStartObject();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            var field = schema.Find(name);
            reader.Read();
            if (schema.IsCustom && name is not ("apiVersion" or "kind" or "metadata"))
            {
                // What a null means in a custom object is for its schema to say.
                writer.WritePropertyName(name);
                Copy(ref reader, writer, ValueSchema.Anything);
                continue;
            }

            if (field is null || (reader.TokenType == JsonTokenType.Null && field.Value.Shape != ValueShape.Any))
            {
                reader.Skip();
                continue;
            }

            writer.WritePropertyName(name);
            Copy(ref reader, writer, field.Value);
        }

        writer.WriteEndObject();
    }

    private static void Copy(ref Utf8JsonReader reader, Utf8JsonWriter writer, ValueSchema schema)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            writer.WriteRawValue(ZeroOf(schema.Shape));
            return;
        }

        switch (schema.Shape)
        {
            case ValueShape.Object:
                CopyObject(ref reader, writer, schema.Object);
                break;
            case ValueShape.Map:
                writer.WriteStartObject();
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    writer.WritePropertyName(reader.GetString()!);
                    reader.Read();
                    Copy(ref reader, writer, schema.Element!);
                }

                writer.WriteEndObject();
                break;
            case ValueShape.List:
                writer.WriteStartArray();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    Copy(ref reader, writer, schema.Element!);
                }

                writer.WriteEndArray();
                break;
            default:
                using (var value = JsonDocument.ParseValue(ref reader))
                {
                    value.RootElement.WriteTo(writer);
                }

                break;
        }
    }

    private static ReadOnlySpan<byte> ZeroOf(ValueShape shape) => shape switch
    {
        ValueShape.Object or ValueShape.Map => "{}"u8,
        ValueShape.List => "[]"u8,
        ValueShape.Boolean => "false"u8,
        ValueShape.Int32 or ValueShape.Int64 or ValueShape.Number or ValueShape.IntOrString => "0"u8,
        ValueShape.Quantity => "\"0\""u8,
        ValueShape.Any => "null"u8,
        _ => "\"\""u8,
    };
}
