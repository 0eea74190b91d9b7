using System.Text.Json;

namespace Coppice.ApiServer.OpenApi;

/// <summary>
/// One version of one group in OpenAPI version 3 as protobuf (package openapi.v3), which kubectl asks for. It is made from the JSON, so
/// that both say the same: each table is a message, with the number of the field that a name becomes and how its value is written.
/// Values of free shape travel as YAML, of which JSON is a part; what there is no field for is left out.
/// </summary>
internal static class OpenApiV3Protobuf
{
    private static readonly MessageTable ExternalDocs = new(3) { { "description", 1, Text }, { "url", 2, Text } };

    private static readonly MessageTable Schema = new(36)
    {
        { "nullable", 1, Flag },
        { "externalDocs", 6, Message(ExternalDocs) },
        { "example", 7, Any },
        { "title", 9, Text },
        { "multipleOf", 10, Number },
        { "maximum", 11, Number },
        { "exclusiveMaximum", 12, Flag },
        { "minimum", 13, Number },
        { "exclusiveMinimum", 14, Flag },
        { "maxLength", 15, Whole },
        { "minLength", 16, Whole },
        { "pattern", 17, Text },
        { "maxItems", 18, Whole },
        { "minItems", 19, Whole },
        { "uniqueItems", 20, Flag },
        { "maxProperties", 21, Whole },
        { "minProperties", 22, Whole },
        { "required", 23, Each(Text) },
        { "enum", 24, Each(Any) },
        { "type", 25, Text },
        { "allOf", 26, Each(SchemaOrReference) },
        { "oneOf", 27, Each(SchemaOrReference) },
        { "anyOf", 28, Each(SchemaOrReference) },
        { "not", 29, SchemaItself },
        { "items", 30, Chosen(1, SchemaOrReference) },
        { "properties", 31, Map(1, SchemaOrReference) },
        { "additionalProperties", 32, SchemaOrFlag },
        { "default", 33, Default },
        { "description", 34, Text },
        { "format", 35, Text },
    };

    private static readonly MessageTable MediaType = new(5) { { "schema", 1, SchemaOrReference } };

    private static readonly MessageTable Parameter = new(14)
    {
        { "name", 1, Text },
        { "in", 2, Text },
        { "description", 3, Text },
        { "required", 4, Flag },
        { "schema", 10, SchemaOrReference },
    };

    private static readonly MessageTable RequestBody = new(4) { { "content", 2, Map(1, Message(MediaType)) }, { "required", 3, Flag } };

    private static readonly MessageTable Response = new(5) { { "description", 1, Text }, { "content", 3, Map(1, Message(MediaType)) } };

    private static readonly MessageTable Operation = new(13)
    {
        { "operationId", 5, Text },
        { "parameters", 6, Each(Chosen(1, Message(Parameter))) },
        { "requestBody", 7, Chosen(1, Message(RequestBody)) },
        { "responses", 8, Map(2, Chosen(1, Message(Response))) },
    };

    private static readonly MessageTable PathItem = new(14)
    {
        { "get", 4, Message(Operation) },
        { "put", 5, Message(Operation) },
        { "post", 6, Message(Operation) },
        { "delete", 7, Message(Operation) },
        { "options", 8, Message(Operation) },
        { "head", 9, Message(Operation) },
        { "patch", 10, Message(Operation) },
        { "parameters", 13, Each(Chosen(1, Message(Parameter))) },
    };

    private static readonly MessageTable Info = new(7) { { "title", 1, Text }, { "version", 6, Text } };

    private static readonly MessageTable Components = new(10) { { "schemas", 1, Map(1, SchemaOrReference) } };

    private static readonly MessageTable Document = new(9)
    {
        { "openapi", 1, Text },
        { "info", 2, Message(Info) },
        { "paths", 4, Map(1, Message(PathItem)) },
        { "components", 5, Message(Components) },
    };

    private delegate void FieldWriter(ProtobufMessage to, int field, JsonElement value);

    /// <param name="json">As <see cref="OpenApiV3Json"/> writes it.</param>
    public static byte[] Write(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        return ProtobufMessage.Write(message => Document.Write(message, document.RootElement));
    }

    private static void Text(ProtobufMessage to, int field, JsonElement value) => to.String(field, value.GetString());

    private static void Flag(ProtobufMessage to, int field, JsonElement value) => to.Boolean(field, value.GetBoolean());

    private static void Whole(ProtobufMessage to, int field, JsonElement value) => to.Whole(field, value.GetInt64());

    private static void Number(ProtobufMessage to, int field, JsonElement value) => to.Number(field, value.GetDouble());

    private static void Any(ProtobufMessage to, int field, JsonElement value) => to.Message(field, any => any.String(2, value.GetRawText()));

    private static void SchemaItself(ProtobufMessage to, int field, JsonElement value) => to.Message(field, schema => Schema.Write(schema, value));

    private static void SchemaOrReference(ProtobufMessage to, int field, JsonElement value) => to.Message(field, either =>
    {
        if (value.TryGetProperty("$ref", out var target))
        {
            either.Message(2, reference => reference.String(1, target.GetString()));
        }
        else
        {
            SchemaItself(either, 1, value);
        }
    });

    private static void SchemaOrFlag(ProtobufMessage to, int field, JsonElement value) => to.Message(field, either =>
    {
        if (value.ValueKind == JsonValueKind.Object)
        {
            SchemaOrReference(either, 1, value);
        }
        else
        {
            either.Present(2, value.GetBoolean());
        }
    });

    /// <summary>One of three scalars; of other values only that there is a default can be said.</summary>
    private static void Default(ProtobufMessage to, int field, JsonElement value) => to.Message(field, one =>
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Number:
                one.Present(1, value.GetDouble());
                break;
            case JsonValueKind.True or JsonValueKind.False:
                one.Present(2, value.GetBoolean());
                break;
            case JsonValueKind.String:
                one.Present(3, value.GetString()!);
                break;
        }
    });

    private static FieldWriter Message(MessageTable table) => (to, field, value) => to.Message(field, message => table.Write(message, value));

    private static FieldWriter Each(FieldWriter write) => (to, field, value) =>
    {
        foreach (var element in value.EnumerateArray())
        {
            write(to, field, element);
        }
    };

    /// <summary>A message around the value, which is one of those that it may hold.</summary>
    private static FieldWriter Chosen(int choice, FieldWriter write) => (to, field, value) => to.Message(field, either => write(either, choice, value));

    /// <summary>Maps are lists of entries with a name (1) and a value (2), in a message of their own.</summary>
    private static FieldWriter Map(int entries, FieldWriter write) => (to, field, value) => to.Message(field, map =>
    {
        foreach (var member in value.EnumerateObject())
        {
            Named(map, entries, member, write);
        }
    });

    private static void Named(ProtobufMessage to, int field, JsonProperty member, FieldWriter write) => to.Message(field, entry =>
    {
        entry.String(1, member.Name);
        write(entry, 2, member.Value);
    });

    /// <param name="extensions">The field of what the specification has no word for.</param>
    private sealed class MessageTable(int extensions) : Dictionary<string, (int Field, FieldWriter Write)>(StringComparer.Ordinal)
    {
        public void Add(string name, int field, FieldWriter write) => Add(name, (field, write));

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
                    Named(to, extensions, member, Any);
                }
            }
        }
    }
}
