using System.Text.Json;
using Coppice.ApiServer.Discovery;

namespace Coppice.ApiServer.OpenApi;

/// <summary>One version of one group in OpenAPI version 3, as JSON.</summary>
internal static class OpenApiV3Json
{
    public static byte[] Write(ApiDescription version) => JsonDocumentWriter.Write(json =>
    {
        json.WriteString("openapi", "3.0.0");
        json.WriteStartObject("info");
        json.WriteString("title", "Kubernetes");
        json.WriteString("version", ServerVersion.GitVersion);
        json.WriteEndObject();
        var schemas = SchemaJson.Version3(json);
        json.WriteStartObject("paths");
        foreach (var path in version.Paths.OrderBy(p => p.Path, StringComparer.Ordinal))
        {
            WritePath(json, schemas, path);
        }

        json.WriteEndObject();
        json.WriteStartObject("components");
        schemas.WriteDefinitions("schemas", version.Schemas);
        json.WriteEndObject();
    });

    private static void WritePath(Utf8JsonWriter json, SchemaJson schemas, ApiPath path)
    {
        json.WriteStartObject(path.Path);
        foreach (var operation in path.Operations)
        {
            json.WriteStartObject(operation.Method);
            json.WriteString("operationId", operation.Id);
            json.WriteStartArray("parameters");
            foreach (var parameter in operation.Query)
            {
                WriteParameter(json, parameter.Name, "query", parameter.Type, parameter.Description);
            }

            json.WriteEndArray();
            WriteBody(json, schemas, operation);
            WriteResponses(json, schemas, operation);
            schemas.WriteExtensions(operation.Extensions);
            json.WriteEndObject();
        }

        json.WriteStartArray("parameters");
        foreach (var name in path.Parameters)
        {
            WriteParameter(json, name, "path", "string", null);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteParameter(Utf8JsonWriter json, string name, string place, string type, string? description)
    {
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteString("in", place);
        if (description is not null)
        {
            json.WriteString("description", description);
        }

        if (place == "path")
        {
            json.WriteBoolean("required", true);
        }

        json.WriteStartObject("schema");
        json.WriteString("type", type);
        json.WriteBoolean("uniqueItems", true);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteBody(Utf8JsonWriter json, SchemaJson schemas, ApiOperation operation)
    {
        if (operation.Body is null)
        {
            return;
        }

        json.WriteStartObject("requestBody");
        WriteContent(json, schemas, operation.Consumes, operation.Body);
        if (operation.BodyRequired)
        {
            json.WriteBoolean("required", true);
        }

        json.WriteEndObject();
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
                WriteContent(json, schemas, operation.Produces, operation.Answer);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteContent(Utf8JsonWriter json, SchemaJson schemas, IReadOnlyList<string> types, string? definition)
    {
        json.WriteStartObject("content");
        foreach (var type in types)
        {
            json.WriteStartObject(type);
            json.WritePropertyName("schema");
            schemas.WriteReferenceOrText(definition);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }
}
