using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Coppice.ApiServer.Decoding;
using Coppice.ApiServer.Validation;

namespace Coppice.ApiServer.Patching;

/// <summary>
/// A JSON text as a tree that can be changed. Of fields that are named twice the last one counts, as for Go, and the others are told of.
/// Numbers keep their digits.
/// </summary>
internal sealed record JsonTree(JsonNode? Root, IReadOnlyList<string> DuplicateFields)
{
    /// <summary>How deep a text may be for our readers.</summary>
    public const int DepthLimit = 64;

    // Fewer are taken out one by one: each costs as much as the map is long.
    private const int ManyNames = 16;

    private static readonly JsonWriterOptions AsIs = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <exception cref="JsonException">The text is no JSON.</exception>
    public static JsonTree Parse(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        var duplicates = new List<string>();
        reader.Read();
        var root = Read(ref reader, new FieldTrail(), duplicates);
        reader.Read();
        return new JsonTree(root, duplicates);
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

    /// <summary>Takes fields out of a map.</summary>
    public static void Remove(JsonObject map, IReadOnlySet<string> names)
    {
        if (names.Count < ManyNames)
        {
            foreach (var name in names)
            {
                map.Remove(name);
            }

            return;
        }

        var rest = map.Where(field => !names.Contains(field.Key)).ToList();
        map.Clear();
        foreach (var (name, value) in rest)
        {
            map[name] = value;
        }
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

    private static JsonNode? Read(ref Utf8JsonReader reader, FieldTrail trail, List<string> duplicates)
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

    private static JsonObject ReadObject(ref Utf8JsonReader reader, FieldTrail trail, List<string> duplicates)
    {
        var map = new JsonObject();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = Text(ref reader);
            if (duplicates.Count < SchemaWalk.StrictErrorLimit && map.ContainsKey(name))
            {
                duplicates.Add($"duplicate field {QuotedText.Of(trail.Child(name))}");
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
