using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Coppice.ApiServer.Resources;
using Coppice.ApiServer.Tables;
using Coppice.Objects;
using Coppice.Objects.Meta;
using Microsoft.AspNetCore.Http;

namespace Coppice.ApiServer.Responses;

/// <summary>Writes objects, lists and statuses as the client asked for them.</summary>
internal sealed class ResponseWriter(TimeProvider time)
{
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static Task WriteStatusAsync(HttpContext http, ApiStatus status, int code)
    {
        if (status.Details?.RetryAfterSeconds is > 0 and var seconds)
        {
            http.Response.Headers.RetryAfter = seconds.ToString();
        }

        return WriteJsonAsync(http, ApiJson.Write(status with { ApiVersion = "v1", Kind = "Status" }), code);
    }

    public static async Task WriteJsonAsync(HttpContext http, ReadOnlyMemory<byte> json, int code)
    {
        http.Response.StatusCode = code;
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = json.Length;
        if (!HttpMethods.IsHead(http.Request.Method))
        {
            await http.Response.Body.WriteAsync(json, http.RequestAborted);
        }
    }

    public Task WriteObjectAsync(HttpContext http, ResourceDefinition definition, ObjectForm form, int code) =>
        WriteJsonAsync(http, Render(http, definition, form), code);

    /// <summary>An object in the shape that the request asks for.</summary>
    public ReadOnlyMemory<byte> Render(HttpContext http, ResourceDefinition definition, ObjectForm form, bool withColumns = true)
    {
        switch (ResponseFormat.Choose(http.Request.Headers.Accept))
        {
            case ResponseShape.Table:
                var buffer = new ArrayBufferWriter<byte>(2048);
                using (var writer = new Utf8JsonWriter(buffer, WriterOptions))
                {
                    var request = new TableRequest(definition, IncludeOf(http), time.GetUtcNow(), withColumns);
                    TableWriter.Write(writer, request, [form.Item], new ListMeta { ResourceVersion = form.Revision.ToString() });
                }

                return buffer.WrittenMemory;
            case ResponseShape.Metadata:
                return ApiJson.Write(new PartialObjectMetadata
                {
                    ApiVersion = "meta.k8s.io/v1",
                    Kind = "PartialObjectMetadata",
                    Metadata = form.Item.Metadata,
                });
            default:
                return form.Json;
        }
    }

    public async Task WriteListAsync(HttpContext http, ResourceDefinition definition, ListPage page)
    {
        var meta = new ListMeta
        {
            ResourceVersion = page.At.ToString(),
            Continue = page.Continue,
            RemainingItemCount = page.Remaining,
        };
        var shape = ResponseFormat.Choose(http.Request.Headers.Accept);
        http.Response.StatusCode = StatusCodes.Status200OK;
        http.Response.ContentType = "application/json";
        var body = http.Response.BodyWriter;
        if (shape == ResponseShape.Table)
        {
            await using var writer = new Utf8JsonWriter(body, WriterOptions);
            TableWriter.Write(writer, new TableRequest(definition, IncludeOf(http), time.GetUtcNow()), page.Items.Select(f => f.Item), meta);
            return;
        }

        var (version, kind) = shape == ResponseShape.Metadata
            ? ("meta.k8s.io/v1", "PartialObjectMetadataList")
            : (definition.ApiVersion, definition.Kind + "List");
        body.Write(Encoding.UTF8.GetBytes($"{{\"kind\":\"{kind}\",\"apiVersion\":\"{version}\",\"metadata\":"));
        body.Write(ApiJson.Write(meta));
        body.Write(",\"items\":["u8);
        for (var i = 0; i < page.Items.Count; i++)
        {
            if (i > 0)
            {
                body.Write(","u8);
            }

            body.Write(Render(http, definition, page.Items[i]).Span);
            if (body.UnflushedBytes > 64 * 1024)
            {
                await body.FlushAsync(http.RequestAborted);
            }
        }

        body.Write("]}"u8);
    }

    private static IncludeObject IncludeOf(HttpContext http) => (string?)http.Request.Query["includeObject"] switch
    {
        "None" => IncludeObject.None,
        "Object" => IncludeObject.Object,
        _ => IncludeObject.Metadata,
    };
}
