using System.Text.Json;

namespace Coppice.ApiServer.OpenApi;

/// <summary>Writes a value of JSON as a field of a message.</summary>
internal delegate void FieldWriter(ProtobufMessage to, int field, JsonElement value);

/// <summary>
/// What an object of JSON becomes as a protobuf message: the number of the field that a name becomes, and how its value is written.
/// What there is no field for is left out.
/// </summary>
/// <param name="extensions">The field of what the specification has no word for.</param>
internal sealed class MessageTable(int extensions) : Dictionary<string, (int Field, FieldWriter Write)>(StringComparer.Ordinal)
{
    public void Add(string name, int field, FieldWriter write) => Add(name, (field, write));

    public byte[] Write(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        return ProtobufMessage.Write(message => Write(message, document.RootElement));
    }

    public void Write(ProtobufMessage to, JsonElement source)
    {
        foreach (var member in source.EnumerateObject())
        {
            if (TryGetValue(member.Name, out var known))
            {
                known.Write(to, known.Field, member.Value);
            }
            else if (member.Name.StartsWith("x-", StringComparison.Ordinal))
            {
                FieldWriters.Named(to, extensions, member, FieldWriters.Any);
            }
        }
    }
}

/// <summary>The ways in which both versions of OpenAPI write values.</summary>
internal static class FieldWriters
{
    public static void Text(ProtobufMessage to, int field, JsonElement value) => to.String(field, value.GetString());

    public static void Flag(ProtobufMessage to, int field, JsonElement value) => to.Boolean(field, value.GetBoolean());

    public static void Whole(ProtobufMessage to, int field, JsonElement value) => to.Whole(field, value.GetInt64());

    public static void Number(ProtobufMessage to, int field, JsonElement value) => to.Number(field, value.GetDouble());

    /// <summary>Values of free shape travel as YAML, of which JSON is a part.</summary>
    public static void Any(ProtobufMessage to, int field, JsonElement value) => to.Message(field, any => any.String(2, value.GetRawText()));

    public static FieldWriter Message(MessageTable table) => (to, field, value) => to.Message(field, message => table.Write(message, value));

    public static FieldWriter Each(FieldWriter write) => (to, field, value) =>
    {
        foreach (var element in value.EnumerateArray())
        {
            write(to, field, element);
        }
    };

    /// <summary>A message around the value, which is one of those that it may hold.</summary>
    public static FieldWriter Chosen(int choice, FieldWriter write) => (to, field, value) => to.Message(field, either => write(either, choice, value));

    /// <summary>A schema or, in its place, whether there may be anything at all.</summary>
    public static FieldWriter OrFlag(FieldWriter schema) => (to, field, value) => to.Message(field, either =>
    {
        if (value.ValueKind == JsonValueKind.Object)
        {
            schema(either, 1, value);
        }
        else
        {
            either.Present(2, value.GetBoolean());
        }
    });

    /// <summary>Maps are lists of entries with a name (1) and a value (2), in a message of their own.</summary>
    public static FieldWriter Map(int entries, FieldWriter write) => (to, field, value) => to.Message(field, map =>
    {
        foreach (var member in value.EnumerateObject())
        {
            Named(map, entries, member, write);
        }
    });

    public static void Named(ProtobufMessage to, int field, JsonProperty member, FieldWriter write) => to.Message(field, entry =>
    {
        entry.String(1, member.Name);
        write(entry, 2, member.Value);
    });
}
