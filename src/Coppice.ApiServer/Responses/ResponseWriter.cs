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

    // Room for the item that goes beyond that; a larger one makes more.
    private const int UsualItemBytes = 8 * 1024;

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
        if (Compression.Applies(http, json.Length))
        {
            Begin(http, code, null);
            await using var compressed = Compression.Begin(http);
            await compressed.WriteAsync(json, http.RequestAborted);
            return;
        }

        Begin(http, code, json.Length);
        if (!HttpMethods.IsHead(http.Request.Method))
        {
            await http.Response.Body.WriteAsync(json, http.RequestAborted);
        }
    }

    public async Task WriteObjectAsync(HttpContext http, ResourceDefinition definition, ObjectForm form, int code)
    {
        var shape = ResponseFormat.Choose(http.Request.Headers.Accept);
        var answer = shape == ResponseShape.Metadata ? MetadataForm(form) : form;
        if (shape == ResponseShape.Table)
        {
            await WriteJsonAsync(http, TableOf(http, definition, form), code);
        }
        else if (Compression.Applies(http, answer.JsonLength))
        {
            await WriteJsonAsync(http, answer.ToJson(), code);
        }
        else
        {
            Begin(http, code, answer.JsonLength);
            if (!HttpMethods.IsHead(http.Request.Method))
            {
                answer.WriteJson(http.Response.BodyWriter);
                await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
            }
        }
    }

    /// <summary>An object in the shape that the request asks for, as a part of a longer answer.</summary>
    public void Render(HttpContext http, ResourceDefinition definition, ObjectForm form, bool withColumns)
    {
        var output = http.Response.BodyWriter;
        switch (ResponseFormat.Choose(http.Request.Headers.Accept))
        {
            case ResponseShape.Table:
                output.Write(TableOf(http, definition, form, withColumns).Span);
                break;
            case ResponseShape.Metadata:
                MetadataForm(form).WriteJson(output);
                break;
            default:
                form.WriteJson(output);
                break;
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
        var length = (long)head.Length + ListEnd.Length + Math.Max(0, items.Count - 1);
        foreach (var item in items)
        {
            length += item.JsonLength;
        }

        if (Compression.Applies(http, length))
        {
            Begin(http, StatusCodes.Status200OK, null);
            var compressed = PipeWriter.Create(Compression.Begin(http));
            await WriteItemsAsync(compressed, head, items, http.RequestAborted);
            await compressed.CompleteAsync();
            return;
        }

        Begin(http, StatusCodes.Status200OK, length);
        if (!HttpMethods.IsHead(http.Request.Method))
        {
            await WriteItemsAsync(http.Response.BodyWriter, head, items, http.RequestAborted);
        }
    }

    private static async Task WriteItemsAsync(PipeWriter body, byte[] head, IReadOnlyList<ObjectForm> items, CancellationToken stop)
    {
        // What goes out together is put together first: a response has a price for each piece that is written to it.
        var chunk = new ArrayBufferWriter<byte>(FlushBytes + UsualItemBytes);
        chunk.Write(head);
        for (var i = 0; i < items.Count; i++)
        {
            if (i > 0)
            {
                chunk.Write(","u8);
            }

            items[i].WriteJson(chunk);
            if (chunk.WrittenCount > FlushBytes)
            {
                await body.WriteAsync(chunk.WrittenMemory, stop);
                chunk.ResetWrittenCount();
            }
        }

        chunk.Write(ListEnd);
        await body.WriteAsync(chunk.WrittenMemory, stop);
    }

    /// <param name="length">Null when it is not known before.</param>
    private static void Begin(HttpContext http, int code, long? length)
    {
        http.Response.StatusCode = code;
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = length;
    }

    private ReadOnlyMemory<byte> TableOf(HttpContext http, ResourceDefinition definition, ObjectForm form, bool withColumns = true) => TableOf(
        new TableRequest(definition, IncludeOf(http), time.GetUtcNow(), withColumns),
        [form],
        new ListMeta { ResourceVersion = form.Revision.ToString() });

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
