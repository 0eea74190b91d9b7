using System.Text.Json;
using Coppice.ApiServer.Discovery;

namespace Coppice.ApiServer.OpenApi;

/// <summary>The whole API in OpenAPI version 2 ("Swagger"), as JSON.</summary>
internal static class OpenApiV2Json
{
    public static byte[] Write(IEnumerable<WrittenPath> paths, IReadOnlyDictionary<string, SchemaNode> schemas) => JsonDocumentWriter.Write(json =>
    {
        json.WriteString("swagger", "2.0");
        json.WriteStartObject("info");
        json.WriteString("title", "Kubernetes");
        json.WriteString("version", ServerVersion.GitVersion);
        json.WriteEndObject();
        json.WriteStartObject("paths");
        foreach (var path in paths.OrderBy(one => one.Path, StringComparer.Ordinal))
        {
            json.WritePropertyName(path.Path);
            json.WriteRawValue(path.Json, skipInputValidation: true);
        }

        json.WriteEndObject();
        SchemaJson.Version2(json).WriteDefinitions("definitions", schemas);
    });

    public static WrittenPath Write(ApiPath path) => new(path.Path, JsonDocumentWriter.Write(json => WriteOperations(json, SchemaJson.Version2(json), path)));

    private static void WriteOperations(Utf8JsonWriter json, SchemaJson schemas, ApiPath path)
    {
        foreach (var operation in path.Operations)
        {
            json.WriteStartObject(operation.Method);
            json.WriteString("operationId", operation.Id);
            json.WriteStrings("consumes", operation.Consumes);
            json.WriteStrings("produces", operation.Produces);
            WriteParameters(json, schemas, operation);
            WriteResponses(json, schemas, operation);
            schemas.WriteExtensions(operation.Extensions);
            json.WriteEndObject();
        }

        json.WriteStartArray("parameters");
        foreach (var name in path.Parameters)
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            json.WriteString("in", "path");
            json.WriteBoolean("required", true);
            json.WriteString("type", "string");
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteParameters(Utf8JsonWriter json, SchemaJson schemas, ApiOperation operation)
    {
        json.WriteStartArray("parameters");
        if (operation.Body is not null)
        {
            json.WriteStartObject();
            json.WriteString("name", "body");
            json.WriteString("in", "body");
            json.WriteBoolean("required", operation.BodyRequired);
            json.WritePropertyName("schema");
            schemas.WriteReference(operation.Body);
            json.WriteEndObject();
        }

        foreach (var parameter in operation.Query)
        {
            json.WriteStartObject();
            json.WriteString("name", parameter.Name);
            json.WriteString("in", "query");
            json.WriteString("description", parameter.Description);
            json.WriteString("type", parameter.Type);
            json.WriteBoolean("uniqueItems", true);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteResponses(Utf8JsonWriter json, SchemaJson schemas, ApiOperation operation)
    {
        json.WriteStartObject("responses");
        foreach (var (code, description) in operation.Responses)
        {
            json.WriteStartObject(code);
            json.WriteString("description", description);
            if (operation.HasSchema(code))
            {
                json.WritePropertyName("schema");
                schemas.WriteReferenceOrText(operation.Answer);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }
}
