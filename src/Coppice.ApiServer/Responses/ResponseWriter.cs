using System.Buffers;
using System.IO.Pipelines;
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
    // Enough for the socket to be busy, little enough for a slow reader to cost nothing.
    private const int FlushBytes = 64 * 1024;

    private static readonly byte[] ListEnd = "]}"u8.ToArray();

    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static Task WriteStatusAsync(HttpContext http, ApiStatus status, int code)
    {
        if (status.Details?.RetryAfterSeconds is > 0 and var seconds)
        {
            http.Response.Headers.RetryAfter = seconds.ToString();
        }

        return WriteJsonAsync(http, ApiJson.Write(status with { ApiVersion = "v1", Kind = "Status" }), code);
    }

    public static Task WriteTextAsync(HttpContext http, string text, int code)
    {
        http.Response.StatusCode = code;
        http.Response.ContentType = "text/plain; charset=utf-8";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        return http.Response.WriteAsync(text, http.RequestAborted);
    }

    public static async Task WriteJsonAsync(HttpContext http, ReadOnlyMemory<byte> json, int code)
    {
        http.Response.StatusCode = code;
        http.Response.ContentType = "application/json";
        if (Compression.Applies(http, json.Length))
        {
            await using var compressed = Compression.Begin(http);
            await compressed.WriteAsync(json, http.RequestAborted);
            return;
        }

        http.Response.ContentLength = json.Length;
        if (!HttpMethods.IsHead(http.Request.Method))
        {
            await http.Response.Body.WriteAsync(json, http.RequestAborted);
        }
    }

    public Task WriteObjectAsync(HttpContext http, ResourceDefinition definition, ObjectForm form, int code) =>
        WriteJsonAsync(http, Render(http, definition, form), code);

    /// <summary>An object in the shape that the request asks for.</summary>
    public ReadOnlyMemory<byte> Render(HttpContext http, ResourceDefinition definition, ObjectForm form, bool withColumns = true) =>
        ResponseFormat.Choose(http.Request.Headers.Accept) switch
        {
            ResponseShape.Table => TableOf(
                new TableRequest(definition, IncludeOf(http), time.GetUtcNow(), withColumns),
                [form],
                new ListMeta { ResourceVersion = form.Revision.ToString() }),
            ResponseShape.Metadata => MetadataForm(form).Json,
            _ => form.Json,
        };

    public async Task WriteListAsync(HttpContext http, ResourceDefinition definition, ListPage page)
    {
        var meta = new ListMeta
        {
            ResourceVersion = page.At.ToString(),
            Continue = page.Continue,
            RemainingItemCount = page.Remaining,
        };
        var shape = ResponseFormat.Choose(http.Request.Headers.Accept);
        if (shape == ResponseShape.Table)
        {
            var request = new TableRequest(definition, IncludeOf(http), time.GetUtcNow());
            await WriteJsonAsync(http, TableOf(request, page.Items, meta), StatusCodes.Status200OK);
            return;
        }

        var (version, kind) = shape == ResponseShape.Metadata
            ? ("meta.k8s.io/v1", "PartialObjectMetadataList")
            : (definition.ApiVersion, definition.Kind + "List");
        byte[] head = [.. Encoding.UTF8.GetBytes($"{{\"kind\":\"{kind}\",\"apiVersion\":\"{version}\",\"metadata\":"), .. ApiJson.Write(meta), .. ",\"items\":["u8];
        await WriteListAsync(http, head, shape == ResponseShape.Metadata ? page.Items.Select(MetadataForm).ToList() : page.Items);
    }

    /// <summary>Writes a list from the JSON that its items have already, without putting it together in memory.</summary>
    private static async Task WriteListAsync(HttpContext http, byte[] head, IReadOnlyList<ObjectForm> items)
    {
        http.Response.StatusCode = StatusCodes.Status200OK;
        http.Response.ContentType = "application/json";
        var length = (long)head.Length + ListEnd.Length + Math.Max(0, items.Count - 1);
        foreach (var item in items)
        {
            length += item.Json.Length;
        }

        if (Compression.Applies(http, length))
        {
            var compressed = PipeWriter.Create(Compression.Begin(http));
            await WriteItemsAsync(compressed, head, items, http.RequestAborted);
            await compressed.CompleteAsync();
            return;
        }

        http.Response.ContentLength = length;
        if (!HttpMethods.IsHead(http.Request.Method))
        {
            await WriteItemsAsync(http.Response.BodyWriter, head, items, http.RequestAborted);
        }
    }

    private static async Task WriteItemsAsync(PipeWriter body, byte[] head, IReadOnlyList<ObjectForm> items, CancellationToken stop)
    {
        body.Write(head);
        for (var i = 0; i < items.Count; i++)
        {
            if (i > 0)
            {
                body.Write(","u8);
            }

            body.Write(items[i].Json.Span);
            if (body.UnflushedBytes > FlushBytes)
            {
                await body.FlushAsync(stop);
            }
        }

        body.Write(ListEnd);
        await body.FlushAsync(stop);
    }

    private static ReadOnlyMemory<byte> TableOf(TableRequest request, IReadOnlyList<ObjectForm> rows, ListMeta meta)
    {
        var buffer = new ArrayBufferWriter<byte>(2048);
        using var writer = new Utf8JsonWriter(buffer, WriterOptions);
        TableWriter.Write(writer, request, rows.Select(form => form.Item), meta);
        writer.Flush();
        return buffer.WrittenMemory;
    }

    private static ObjectForm MetadataForm(ObjectForm form) => ObjectForm.Detached(new PartialObjectMetadata
    {
        ApiVersion = "meta.k8s.io/v1",
        Kind = "PartialObjectMetadata",
        Metadata = form.Item.Metadata,
    });

    private static IncludeObject IncludeOf(HttpContext http) => (string?)http.Request.Query["includeObject"] switch
    {
        "None" => IncludeObject.None,
        "Object" => IncludeObject.Object,
        _ => IncludeObject.Metadata,
    };
}
