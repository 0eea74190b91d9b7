using System.Text.Json;
using static Coppice.ApiServer.OpenApi.FieldWriters;

namespace Coppice.ApiServer.OpenApi;

/// <summary>
/// One version of one group in OpenAPI version 3 as protobuf (package openapi.v3), which kubectl asks for. It is made from the JSON, so
/// that both say the same: each table is a message.
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
        { "additionalProperties", 32, OrFlag(SchemaOrReference) },
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

    /// <param name="json">As <see cref="OpenApiV3Json"/> writes it.</param>
    public static byte[] Write(ReadOnlyMemory<byte> json) => Document.Write(json);

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
}
