using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Coppice.ApiServer.Kinds;
using Coppice.ApiServer.Resources;
using Coppice.ApiServer.Storage;
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

        return WriteDocumentAsync(http, ApiJson.Write(status with { ApiVersion = "v1", Kind = "Status" }), code);
    }

    public static Task WriteTextAsync(HttpContext http, string text, int code)
    {
        http.Response.StatusCode = code;
        http.Response.ContentType = "text/plain; charset=utf-8";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        return http.Response.WriteAsync(text, http.RequestAborted);
    }

    /// <summary>What has one form only, in JSON or in YAML; in JSON for who wants neither.</summary>
    public static Task WriteDocumentAsync(HttpContext http, ReadOnlyMemory<byte> json, int code) =>
        WriteJsonAsync(http, ResponseFormat.ChoosePlain(http.Request)?.IsYaml == true, json, code);

    /// <summary>An object of which there is no table.</summary>
    public static Task WriteUntabledAsync(HttpContext http, KubernetesObject item, int code) =>
        WriteFormAsync(http, ResponseFormat.Choose(http.Request, isTable: false), ObjectForm.Detached(item), code);

    public Task WriteObjectAsync(HttpContext http, ServedKind served, ObjectForm form, int code)
    {
        var format = ResponseFormat.Choose(http.Request);
        return format.Shape == ResponseShape.Table
            ? WriteJsonAsync(http, format.IsYaml, TableOf(format, served, form), code)
            : WriteFormAsync(http, format, form, code);
    }

    /// <summary>An object in JSON, as a part of a longer answer.</summary>
    public void Render(IBufferWriter<byte> output, ResponseFormat format, ServedKind served, ObjectForm form, bool withColumns)
    {
        switch (format.Shape)
        {
            case ResponseShape.Table:
                output.Write(TableOf(format, served, form, withColumns).Span);
                break;
            case ResponseShape.Metadata:
                MetadataForm(format, form).WriteJson(output);
                break;
            default:
                form.WriteJson(output);
                break;
        }
    }

    public async Task WriteListAsync(HttpContext http, ServedKind served, ListPage page)
    {
        var meta = new ListMeta
        {
            ResourceVersion = page.At.ToString(),
            Continue = page.Continue,
            RemainingItemCount = page.Remaining,
        };
        var format = ResponseFormat.Choose(http.Request);
        if (format.Shape == ResponseShape.Table)
        {
            var request = new TableRequest(served.Table, format.Include, time.GetUtcNow(), format.MetaVersion);
            await WriteJsonAsync(http, format.IsYaml, TableOf(request, page.Items, meta), StatusCodes.Status200OK);
            return;
        }

        var (version, name) = format.Shape == ResponseShape.Metadata
            ? (format.MetaVersion, "PartialObjectMetadataList")
            : (served.Kind.ApiVersion, served.Kind.ListName);
        byte[] head = [.. Encoding.UTF8.GetBytes($"{{\"kind\":\"{name}\",\"apiVersion\":\"{version}\",\"metadata\":"), .. ApiJson.Write(meta), .. ",\"items\":["u8];
        var items = format.Shape == ResponseShape.Metadata ? page.Items.Select(form => MetadataForm(format, form)).ToList() : page.Items;
        await (format.IsYaml ? WriteYamlListAsync(http, head, items) : WriteListAsync(http, head, items));
    }

    private static async Task WriteJsonAsync(HttpContext http, bool isYaml, ReadOnlyMemory<byte> json, int code)
    {
        var (body, type) = isYaml ? (YamlText.Of(json), ResponseFormat.Yaml) : (json, ResponseFormat.Json);
        if (Compression.Applies(http, body.Length))
        {
            Begin(http, code, type, null);
            await using var compressed = Compression.Begin(http);
            await compressed.WriteAsync(body, http.RequestAborted);
            return;
        }

        Begin(http, code, type, body.Length);
        if (!HttpMethods.IsHead(http.Request.Method))
        {
            await http.Response.Body.WriteAsync(body, http.RequestAborted);
        }
    }

    private static async Task WriteFormAsync(HttpContext http, ResponseFormat format, ObjectForm form, int code)
    {
        var answer = format.Shape == ResponseShape.Metadata ? MetadataForm(format, form) : form;
        if (format.IsYaml || Compression.Applies(http, answer.JsonLength))
        {
            await WriteJsonAsync(http, format.IsYaml, answer.ToJson(), code);
            return;
        }

        Begin(http, code, ResponseFormat.Json, answer.JsonLength);
        answer.WriteJson(http.Response.BodyWriter);
        await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
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
            Begin(http, StatusCodes.Status200OK, ResponseFormat.Json, null);
            var compressed = PipeWriter.Create(Compression.Begin(http));
            await WriteItemsAsync(compressed, head, items, http.RequestAborted);
            await compressed.CompleteAsync();
            return;
        }

        Begin(http, StatusCodes.Status200OK, ResponseFormat.Json, length);
        await WriteItemsAsync(http.Response.BodyWriter, head, items, http.RequestAborted);
    }

    private static async Task WriteYamlListAsync(HttpContext http, byte[] head, IReadOnlyList<ObjectForm> items)
    {
        var json = new ArrayBufferWriter<byte>();
        json.Write(head);
        for (var i = 0; i < items.Count; i++)
        {
            json.Write(i > 0 ? ","u8 : default);
            items[i].WriteJson(json);
        }

        json.Write(ListEnd);
        await WriteJsonAsync(http, isYaml: true, json.WrittenMemory, StatusCodes.Status200OK);
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
    private static void Begin(HttpContext http, int code, string type, long? length)
    {
        http.Response.StatusCode = code;
        http.Response.ContentType = type;
        http.Response.ContentLength = length;
    }

    private ReadOnlyMemory<byte> TableOf(ResponseFormat format, ServedKind served, ObjectForm form, bool withColumns = true) => TableOf(
        new TableRequest(served.Table, format.Include, time.GetUtcNow(), format.MetaVersion, withColumns),
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

    private static ObjectForm MetadataForm(ResponseFormat format, ObjectForm form) => ObjectForm.Detached(new PartialObjectMetadata
    {
        ApiVersion = format.MetaVersion,
        Kind = "PartialObjectMetadata",
        Metadata = form.Item.Metadata,
    });
}
