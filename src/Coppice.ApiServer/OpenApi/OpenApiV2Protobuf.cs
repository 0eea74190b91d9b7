using System.Text.Json;
using static Coppice.ApiServer.OpenApi.FieldWriters;

namespace Coppice.ApiServer.OpenApi;

/// <summary>
/// The whole API in OpenAPI version 2 as protobuf (package openapi.v2), which kubectl reads up to version 1.26. It is made from the JSON,
/// so that both say the same: each table is a message.
/// </summary>
internal static class OpenApiV2Protobuf
{
    private static readonly MessageTable ExternalDocs = new(3) { { "description", 1, Text }, { "url", 2, Text } };

    private static readonly MessageTable Schema = new(31)
    {
        { "$ref", 1, Text },
        { "format", 2, Text },
        { "title", 3, Text },
        { "description", 4, Text },
        { "default", 5, Any },
        { "multipleOf", 6, Number },
        { "maximum", 7, Number },
        { "exclusiveMaximum", 8, Flag },
        { "minimum", 9, Number },
        { "exclusiveMinimum", 10, Flag },
        { "maxLength", 11, Whole },
        { "minLength", 12, Whole },
        { "pattern", 13, Text },
        { "maxItems", 14, Whole },
        { "minItems", 15, Whole },
        { "uniqueItems", 16, Flag },
        { "maxProperties", 17, Whole },
        { "minProperties", 18, Whole },
        { "required", 19, Each(Text) },
        { "enum", 20, Each(Any) },
        { "additionalProperties", 21, OrFlag(SchemaItself) },
        { "type", 22, Chosen(1, Text) },
        { "items", 23, Chosen(1, SchemaItself) },
        { "allOf", 24, Each(SchemaItself) },
        { "properties", 25, Map(1, SchemaItself) },
        { "externalDocs", 29, Message(ExternalDocs) },
        { "example", 30, Any },
    };

    private static readonly MessageTable InBody = new(6) { { "name", 2, Text }, { "in", 3, Text }, { "required", 4, Flag }, { "schema", 5, SchemaItself } };

    private static readonly MessageTable InQuery = new(23)
    {
        { "in", 2, Text },
        { "description", 3, Text },
        { "name", 4, Text },
        { "type", 6, Text },
        { "uniqueItems", 20, Flag },
    };

    private static readonly MessageTable InPath = new(22) { { "required", 1, Flag }, { "in", 2, Text }, { "name", 4, Text }, { "type", 5, Text } };

    /// <summary>A message of its own for each place that a parameter may be in.</summary>
    private static readonly Dictionary<string, FieldWriter> Places = new()
    {
        ["body"] = Chosen(1, Message(InBody)),
        ["query"] = Chosen(2, Chosen(3, Message(InQuery))),
        ["path"] = Chosen(2, Chosen(4, Message(InPath))),
    };

    private static readonly MessageTable Response = new(5) { { "description", 1, Text }, { "schema", 2, Chosen(1, SchemaItself) } };

    private static readonly MessageTable Operation = new(13)
    {
        { "operationId", 5, Text },
        { "produces", 6, Each(Text) },
        { "consumes", 7, Each(Text) },
        { "parameters", 8, Each(Chosen(1, Parameter)) },
        { "responses", 9, Map(1, Chosen(1, Message(Response))) },
    };

    private static readonly MessageTable PathItem = new(10)
    {
        { "get", 2, Message(Operation) },
        { "put", 3, Message(Operation) },
        { "post", 4, Message(Operation) },
        { "delete", 5, Message(Operation) },
        { "options", 6, Message(Operation) },
        { "head", 7, Message(Operation) },
        { "patch", 8, Message(Operation) },
        { "parameters", 9, Each(Chosen(1, Parameter)) },
    };

    private static readonly MessageTable Info = new(7) { { "title", 1, Text }, { "version", 2, Text } };

    private static readonly MessageTable Document = new(16)
    {
        { "swagger", 1, Text },
        { "info", 2, Message(Info) },
        { "paths", 8, Map(2, Message(PathItem)) },
        { "definitions", 9, Map(1, SchemaItself) },
    };

    /// <param name="json">As <see cref="OpenApiV2Json"/> writes it.</param>
    public static byte[] Write(ReadOnlyMemory<byte> json) => Document.Write(json);

    private static void SchemaItself(ProtobufMessage to, int field, JsonElement value) => to.Message(field, schema => Schema.Write(schema, value));

    private static void Parameter(ProtobufMessage to, int field, JsonElement value) => Places[value.GetProperty("in").GetString()!](to, field, value);
}
