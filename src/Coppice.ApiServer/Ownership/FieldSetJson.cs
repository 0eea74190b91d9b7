using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using Coppice.Objects.Meta;

namespace Coppice.ApiServer.Ownership;

/// <summary>
/// Sets of fields as managedFields has them: a tree of objects, each name a step, with "." for the place itself where something is below.
/// </summary>
internal static class FieldSetJson
{
    private const string Self = ".";

    private static readonly JsonWriterOptions AsIs = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // What was read once is not read again for as long as some object has it.
    private static readonly ConditionalWeakTable<FieldsV1, FieldSet> Known = [];

    /// <exception cref="JsonException">It is no set of fields.</exception>
    public static FieldSet Read(FieldsV1 fields) => Known.GetValue(fields, Parse);

    public static FieldsV1 Write(FieldSet set)
    {
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json, AsIs))
        {
            Write(writer, set, isMember: false);
        }

        var fields = FieldsV1.Of(json.WrittenSpan);
        Known.TryAdd(fields, set);
        return fields;
    }

    private static FieldSet Parse(FieldsV1 fields)
    {
        var reader = new Utf8JsonReader(fields.Json);
        reader.Read();
        return Read(ref reader, out _);
    }

    private static FieldSet Read(ref Utf8JsonReader reader, out bool hasSelf)
    {
        hasSelf = false;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("expected an object of fields");
        }

        List<FieldNode>? nodes = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            if (name == Self)
            {
                hasSelf = true;
                reader.Skip();
                continue;
            }

            var element = PathElement.Parse(name);
            var below = Read(ref reader, out var isMember);
            if (element is { } known)
            {
                (nodes ??= []).Add(new(known, isMember || below.IsEmpty, below));
            }
        }

        return FieldSet.Of(nodes);
    }

    private static void Write(Utf8JsonWriter writer, FieldSet set, bool isMember)
    {
        writer.WriteStartObject();
        if (isMember && !set.IsEmpty)
        {
            writer.WriteStartObject(Self);
            writer.WriteEndObject();
        }

        foreach (var node in set.Nodes)
        {
            writer.WritePropertyName(node.Element.Name);
            Write(writer, node.Below, node.IsMember);
        }

        writer.WriteEndObject();
    }
}
