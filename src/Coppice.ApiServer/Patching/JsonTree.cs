using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Coppice.ApiServer.Decoding;

namespace Coppice.ApiServer.Patching;

/// <summary>
/// A JSON text as a tree that can be changed. Of fields that are named twice the last one counts, as for Go, and the others are told of.
/// Numbers keep their digits.
/// </summary>
internal sealed record JsonTree(JsonNode? Root, IReadOnlyList<string> DuplicateFields)
{
    /// <summary>How deep a text may be for our readers.</summary>
    public const int DepthLimit = 64;

    // From here on a hole in a map is filled with its last field: moving up all that follow takes as long as the map is large.
    private const int ManyFields = 64;

    private static readonly JsonWriterOptions AsIs = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <exception cref="JsonException">The text is no JSON.</exception>
    public static JsonTree Parse(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        var duplicates = new StrictErrors();
        reader.Read();
        var root = Read(ref reader, new FieldTrail(), duplicates);
        reader.Read();
        return new JsonTree(root, duplicates.All);
    }

    public static byte[] Write(JsonNode? node)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, AsIs))
        {
            Write(writer, node);
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Takes a field out of a map, which may change the order of what is left in a large one. False if there is none.</summary>
    public static bool Remove(JsonObject map, string name)
    {
        var at = map.IndexOf(name);
        var last = map.Count - 1;
        if (at < 0)
        {
            return false;
        }

        if (map.Count < ManyFields || at == last)
        {
            map.RemoveAt(at);
            return true;
        }

        var (lastName, lastValue) = map.GetAt(last);
        map.RemoveAt(last);
        map.SetAt(at, lastName, lastValue);
        return true;
    }

    /// <summary>How many maps and lists are inside each other at most; 0 for a plain value.</summary>
    public static int DepthOf(JsonNode? node) => node switch
    {
        JsonObject map => 1 + map.Select(field => DepthOf(field.Value)).DefaultIfEmpty().Max(),
        JsonArray list => 1 + list.Select(DepthOf).DefaultIfEmpty().Max(),
        _ => 0,
    };

    /// <summary>What Go calls the type of a JSON value.</summary>
    public static string KindOf(JsonNode? node) => node?.GetValueKind() switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => "number",
        JsonValueKind.True or JsonValueKind.False => "bool",
        _ => "null",
    };

    /// <summary>A string's text; null for anything else.</summary>
    public static string? TextOf(JsonNode? node) =>
        node?.GetValueKind() == JsonValueKind.String ? node.GetValue<string>() : null;

    private static JsonNode? Read(ref Utf8JsonReader reader, FieldTrail trail, StrictErrors duplicates)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                return ReadObject(ref reader, trail, duplicates);
            case JsonTokenType.StartArray:
                var list = new JsonArray();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    trail.EnterIndex(list.Count);
                    list.Add(Read(ref reader, trail, duplicates));
                    trail.Leave();
                }

                return list;
            case JsonTokenType.Null:
                return null;
            case JsonTokenType.String:
                return JsonValue.Create(Text(ref reader));
            default:
                return JsonValue.Create(JsonElement.ParseValue(ref reader));
        }
    }

    private static JsonObject ReadObject(ref Utf8JsonReader reader, FieldTrail trail, StrictErrors duplicates)
    {
        var map = new JsonObject();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = Text(ref reader);
            if (map.ContainsKey(name))
            {
                duplicates.AddField("duplicate", trail, name);
            }

            reader.Read();
            trail.EnterKey(name);
            map[name] = Read(ref reader, trail, duplicates);
            trail.Leave();
        }

        return map;
    }

    /// <summary>The current text; what is no valid Unicode is replaced, as Go replaces it.</summary>
    private static string Text(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return Encoding.UTF8.GetString(reader.ValueSpan);
        }
    }

    private static void Write(Utf8JsonWriter writer, JsonNode? node)
    {
        if (node is null)
        {
            writer.WriteNullValue();
        }
        else
        {
            node.WriteTo(writer);
        }
    }
}
