using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Coppice.Objects;

namespace Coppice.ApiServer.Ownership;

/// <summary>
/// Sets of fields as managedFields has them: a tree of objects, each name a step, with "." for the place itself where something is below.
/// </summary>
internal static class FieldSetJson
{
    private const string Self = ".";

    private static readonly JsonWriterOptions AsIs = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // What was read lately is not read again. As a tree a set takes ten times its text, and many are of one object alone: a few are kept,
    // and none that is large.
    private const int KnownMax = 512;
    private const int KnownBytesMax = 4096;

    private static readonly FieldSet?[] Known = new FieldSet?[KnownMax];

    /// <exception cref="JsonException">It is no set of fields.</exception>
    public static FieldSet Read(FieldsV1 fields)
    {
        ref var place = ref Known[fields.GetHashCode() & (KnownMax - 1)];
        if (Volatile.Read(ref place) is { } known && fields.Equals(known.Text))
        {
            return known;
        }

        var reader = new Utf8JsonReader(fields.Json);
        reader.Read();
        var isAsWritten = true;
        var set = Read(ref reader, ref isAsWritten, out _);
        if (isAsWritten)
        {
            set.Text = fields;
            Keep(ref place, set);
        }

        return set;
    }

    public static FieldsV1 Write(FieldSet set)
    {
        if (set.Text is { } text)
        {
            return text;
        }

        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json, AsIs))
        {
            Write(writer, set, isMember: false);
        }

        set.Text = FieldsV1.Of(json.WrittenSpan);
        Keep(ref Known[set.Text.GetHashCode() & (KnownMax - 1)], set);
        return set.Text;
    }

    private static void Keep(ref FieldSet? place, FieldSet set)
    {
        if (set.Text!.Json.Length <= KnownBytesMax)
        {
            Volatile.Write(ref place, set);
        }
    }

    /// <param name="isAsWritten">Becomes false if we would write it otherwise.</param>
    private static FieldSet Read(ref Utf8JsonReader reader, ref bool isAsWritten, out bool hasSelf)
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
            var below = Read(ref reader, ref isAsWritten, out var isMember);
            isAsWritten &= element is { } step && name.AsSpan(PathElement.PrefixLength).SequenceEqual(step.Text);
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
