using System.Text.Json;
using Coppice.ApiServer.Discovery;

namespace Coppice.ApiServer.OpenApi;

/// <summary>The whole API in OpenAPI version 2 ("Swagger"), as JSON.</summary>
internal static class OpenApiV2Json
{
    /// <summary>All of it. A definition that several parts have is taken for the same type, as Kubernetes' own are for everybody.</summary>
    public static byte[] Write(IReadOnlyList<WrittenDescription> parts) => JsonDocumentWriter.Write(json =>
    {
        json.WriteString("swagger", "2.0");
        json.WriteStartObject("info");
        json.WriteString("title", "Kubernetes");
        json.WriteString("version", ServerVersion.GitVersion);
        json.WriteEndObject();
        Write(json, "paths", parts.SelectMany(part => part.Paths));
        Write(json, "definitions", parts.SelectMany(part => part.Definitions).DistinctBy(one => one.Name));
    });

    public static WrittenDescription Write(ApiDescription part) => new(
        [.. part.Paths.Select(path => new WrittenEntry(path.Path, JsonDocumentWriter.Write(json => WriteOperations(json, SchemaJson.Version2(json), path))))],
        [.. part.Schemas.Select(one => new WrittenEntry(one.Key, JsonDocumentWriter.Write(json => SchemaJson.Version2(json).WriteMembers(one.Value))))]);

    private static void Write(Utf8JsonWriter json, string name, IEnumerable<WrittenEntry> entries)
    {
        json.WriteStartObject(name);
        foreach (var entry in entries.OrderBy(one => one.Name, StringComparer.Ordinal))
        {
            json.WritePropertyName(entry.Name);
            json.WriteRawValue(entry.Json, skipInputValidation: true);
        }

        json.WriteEndObject();
    }

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
