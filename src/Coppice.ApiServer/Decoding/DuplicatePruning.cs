using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Coppice.ApiServer.Decoding;

/// <summary>Reads fields that are there twice as Go does: the last one counts. Runs only on texts that have such, which few do.</summary>
internal static class DuplicatePruning
{
    private static readonly JsonWriterOptions AsIs = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Prune(ReadOnlyMemory<byte> json)
    {
        var buffer = new ArrayBufferWriter<byte>(json.Length);
        using (var document = JsonDocument.Parse(json))
        using (var writer = new Utf8JsonWriter(buffer, AsIs))
        {
            Copy(writer, document.RootElement);
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void Copy(Utf8JsonWriter writer, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                var fields = new OrderedDictionary<string, JsonElement>(StringComparer.Ordinal);
                foreach (var field in value.EnumerateObject())
                {
                    fields[field.Name] = field.Value;
                }

                writer.WriteStartObject();
                foreach (var (name, field) in fields)
                {
                    writer.WritePropertyName(name);
                    Copy(writer, field);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var element in value.EnumerateArray())
                {
                    Copy(writer, element);
                }

                writer.WriteEndArray();
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }
}
