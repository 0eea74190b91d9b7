using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Coppice.ApiServer.Ownership;

/// <summary>Makes JSON of other JSON.</summary>
internal static class JsonBuilding
{
    private static readonly JsonWriterOptions AsIs = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static JsonElement Build(Action<Utf8JsonWriter> write)
    {
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json, AsIs))
        {
            write(writer);
        }

        return Parse(json.WrittenMemory);
    }

    public static JsonElement Parse(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
