using System.Text.Json;
using Coppice.Objects;
using Coppice.Objects.Meta;

namespace Coppice.ApiServer.Tables;

/// <summary>What a row of a table carries besides its cells.</summary>
public enum IncludeObject
{
    /// <summary>The object's metadata; what is sent unless asked otherwise.</summary>
    Metadata,

    None,

    Object,
}

/// <summary>How a table is asked for.</summary>
/// <param name="Include">The query parameter includeObject.</param>
/// <param name="Now">The time that ages are counted to.</param>
/// <param name="Version">Of meta.k8s.io, as the client asked for it: "meta.k8s.io/v1".</param>
/// <param name="WithColumns">False for a watch's second and later events, whose columns the client already knows.</param>
public sealed record TableRequest(
    IKindTable Table, IncludeObject Include, DateTimeOffset Now, string Version = "meta.k8s.io/v1", bool WithColumns = true);

/// <summary>Writes objects as a Table of meta.k8s.io, which kubectl prints as it is.</summary>
public static class TableWriter
{
    /// <param name="items">The rows; one for a single object or a watch's event.</param>
    /// <param name="metadata">The list's metadata; for one object only its resource version.</param>
    public static void Write(Utf8JsonWriter writer, TableRequest request, IEnumerable<KubernetesObject> items, ListMeta metadata)
    {
        writer.WriteStartObject();
        writer.WriteString("kind", "Table");
        writer.WriteString("apiVersion", request.Version);
        writer.WritePropertyName("metadata");
        ApiJson.WriteObject(writer, metadata);
        writer.WritePropertyName("columnDefinitions");
        WriteColumns(writer, request);
        writer.WriteStartArray("rows");
        foreach (var item in items)
        {
            WriteRow(writer, request, item);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteColumns(Utf8JsonWriter writer, TableRequest request)
    {
        if (!request.WithColumns)
        {
            writer.WriteNullValue();
            return;
        }

        writer.WriteStartArray();
        foreach (var column in request.Table.Columns)
        {
            writer.WriteStartObject();
            writer.WriteString("name", column.Name);
            writer.WriteString("type", column.Type);
            writer.WriteString("format", column.Format);
            writer.WriteString("description", column.Description);
            writer.WriteNumber("priority", column.Priority);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteRow(Utf8JsonWriter writer, TableRequest request, KubernetesObject item)
    {
        var row = request.Table.Row(item, request.Now);
        writer.WriteStartObject();
        writer.WriteStartArray("cells");
        foreach (var cell in row.Cells)
        {
            switch (cell)
            {
                case long number:
                    writer.WriteNumberValue(number);
                    break;
                case double number:
                    writer.WriteNumberValue(number);
                    break;
                case bool flag:
                    writer.WriteBooleanValue(flag);
                    break;
                default:
                    writer.WriteStringValue((string?)cell);
                    break;
            }
        }

        writer.WriteEndArray();
        if (row.End is { } end)
        {
            WriteEnd(writer, end);
        }

        writer.WritePropertyName("object");
        WriteObject(writer, request, item);
        writer.WriteEndObject();
    }

    private static void WriteEnd(Utf8JsonWriter writer, RowEnd end)
    {
        writer.WriteStartArray("conditions");
        writer.WriteStartObject();
        writer.WriteString("type", "Completed");
        writer.WriteString("status", "True");
        writer.WriteString("reason", end.Reason);
        writer.WriteString("message", end.Message);
        writer.WriteEndObject();
        writer.WriteEndArray();
    }

    private static void WriteObject(Utf8JsonWriter writer, TableRequest request, KubernetesObject item)
    {
        switch (request.Include)
        {
            case IncludeObject.None:
                writer.WriteNullValue();
                break;
            case IncludeObject.Object:
                ApiJson.WriteObject(writer, item);
                break;
            default:
                writer.WriteStartObject();
                writer.WriteString("kind", "PartialObjectMetadata");
                writer.WriteString("apiVersion", request.Version);
                writer.WritePropertyName("metadata");
                ApiJson.WriteObject(writer, item.Metadata);
                writer.WriteEndObject();
                break;
        }
    }
}
