using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Coppice.ApiServer.Audit;
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
    private const string Metadata = "PartialObjectMetadata";

    private static readonly byte[] ListEnd = "]}"u8.ToArray();

    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static Task WriteStatusAsync(HttpContext http, ApiStatus status, int code)
    {
        var format = ResponseFormat.ChooseForStatus(http.Request);
        HttpAudit.TrailOf(http)?.Answered(status);
        return format.IsProtobuf
            ? ProtobufAnswer.WriteStatusAsync(http, status, code)
            : WriteJsonAsync(http, format, ApiJson.Write(status with { ApiVersion = "v1", Kind = "Status" }), code);
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
        WriteJsonAsync(http, ResponseFormat.ChoosePlain(http.Request), json, code);

    /// <summary>An object of which there is no table.</summary>
    public static Task WriteUntabledAsync(HttpContext http, KubernetesObject item, int code) =>
        WriteFormAsync(http, ResponseFormat.Choose(http.Request, isTable: false), (item.ApiVersion ?? "", item.Kind ?? ""), ObjectForm.Detached(item), code);

    public Task WriteObjectAsync(HttpContext http, ServedKind served, ObjectForm form, int code)
    {
        var format = ResponseFormat.Choose(http.Request, served.Kind);
        return format.Shape == ResponseShape.Table
            ? WriteJsonAsync(http, format, TableOf(format, served, form), code)
            : WriteFormAsync(http, format, NameOf(served.Kind), form, code);
    }

    /// <summary>An object as a part of a longer answer: a watch's event.</summary>
    public void Render(IBufferWriter<byte> output, ResponseFormat format, ServedKind served, ObjectForm form, bool withColumns)
    {
        var isMetadata = format.Shape == ResponseShape.Metadata;
        var answer = isMetadata ? MetadataForm(format, form) : form;
        if (format.Shape == ResponseShape.Table)
        {
            output.Write(TableOf(format, served, form, withColumns).Span);
        }
        else if (format.IsProtobuf)
        {
            ProtobufAnswer.Write(output, answer, isMetadata ? (format.MetaVersion, Metadata) : NameOf(served.Kind));
        }
        else
        {
            answer.WriteJson(output);
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
        var format = ResponseFormat.Choose(http.Request, served.Kind);
        if (format.Shape == ResponseShape.Table)
        {
            var request = new TableRequest(served.Table, format.Include, time.GetUtcNow(), format.MetaVersion);
            await WriteJsonAsync(http, format, TableOf(request, page.Items, meta), StatusCodes.Status200OK);
            return;
        }

        var isMetadata = format.Shape == ResponseShape.Metadata;
        var (version, name) = isMetadata ? (format.MetaVersion, "PartialObjectMetadataList") : (served.Kind.ApiVersion, served.Kind.ListName);
        var items = isMetadata ? page.Items.Select(form => MetadataForm(format, form)).ToList() : page.Items;
        byte[] head = [.. Encoding.UTF8.GetBytes($"{{\"kind\":\"{name}\",\"apiVersion\":\"{version}\",\"metadata\":"), .. ApiJson.Write(meta), .. ",\"items\":["u8];
        if (HttpAudit.TrailOf(http) is { } trail)
        {
            Tell(trail, head, items);
        }

        if (format.IsProtobuf)
        {
            await ProtobufAnswer.WriteListAsync(http, items, (version, name), meta);
            return;
        }

        await (format.Encoding == ResponseEncoding.Yaml || format.IsIndented
            ? WriteJsonAsync(http, format, JsonOf(head, items), StatusCodes.Status200OK)
            : WriteListAsync(http, head, items));
    }

    private static void Tell(AuditTrail trail, byte[] head, IReadOnlyList<ObjectForm> items) =>
        trail.Answered(items.Sum(item => (long)item.JsonLength), () => JsonOf(head, items));

    /// <param name="format">Null for JSON.</param>
    private static async Task WriteJsonAsync(HttpContext http, ResponseFormat? format, ReadOnlyMemory<byte> json, int code)
    {
        HttpAudit.TrailOf(http)?.Answered(json);
        var (text, type) = format switch
        {
            { Encoding: ResponseEncoding.Yaml } => (YamlText.Of(json), ResponseFormat.Yaml),
            { IsIndented: true } => (IndentedText.Of(json), ResponseFormat.Json),
            _ => (json, ResponseFormat.Json),
        };
        await using var body = AnswerBody.Begin(http, code, type, text.Length);
        if (!HttpMethods.IsHead(http.Request.Method))
        {
            await body.Writer.WriteAsync(text, http.RequestAborted);
        }
    }

    private static async Task WriteFormAsync(HttpContext http, ResponseFormat format, (string ApiVersion, string Name) kind, ObjectForm form, int code)
    {
        var isMetadata = format.Shape == ResponseShape.Metadata;
        var answer = isMetadata ? MetadataForm(format, form) : form;
        HttpAudit.TrailOf(http)?.Answered(answer.JsonLength, answer.ToJson);
        switch (format.Encoding)
        {
            case ResponseEncoding.Yaml:
            case ResponseEncoding.Json when format.IsIndented:
                await WriteJsonAsync(http, format, answer.ToJson(), code);
                break;
            case ResponseEncoding.Protobuf:
                await ProtobufAnswer.WriteAsync(http, answer, isMetadata ? (format.MetaVersion, Metadata) : kind, code);
                break;
            default:
                await using (var body = AnswerBody.Begin(http, code, ResponseFormat.Json, answer.JsonLength))
                {
                    answer.WriteJson(body.Writer);
                    await body.Writer.FlushAsync(http.RequestAborted);
                }

                break;
        }
    }

    /// <summary>Writes a list from the JSON that its items have already, without putting it together in memory.</summary>
    private static async Task WriteListAsync(HttpContext http, byte[] head, IReadOnlyList<ObjectForm> items)
    {
        var length = (long)head.Length + ListEnd.Length + Math.Max(0, items.Count - 1);
        foreach (var item in items)
        {
            length += item.JsonLength;
        }

        await using var body = AnswerBody.Begin(http, StatusCodes.Status200OK, ResponseFormat.Json, length);
        await WriteItemsAsync(body.Writer, head, items, http.RequestAborted);
    }

    private static ReadOnlyMemory<byte> JsonOf(byte[] head, IReadOnlyList<ObjectForm> items)
    {
        var json = new ArrayBufferWriter<byte>();
        json.Write(head);
        for (var i = 0; i < items.Count; i++)
        {
            json.Write(i > 0 ? ","u8 : default);
            items[i].WriteJson(json);
        }

        json.Write(ListEnd);
        return json.WrittenMemory;
    }

    private static async Task WriteItemsAsync(PipeWriter body, byte[] head, IReadOnlyList<ObjectForm> items, CancellationToken stop)
    {
        // What goes out together is put together first: a response has a price for each piece that is written to it.
        var chunk = new ArrayBufferWriter<byte>(AnswerBody.ChunkBytes);
        chunk.Write(head);
        for (var i = 0; i < items.Count; i++)
        {
            if (i > 0)
            {
                chunk.Write(","u8);
            }

            items[i].WriteJson(chunk);
            if (chunk.WrittenCount > AnswerBody.FlushBytes)
            {
                await body.WriteAsync(chunk.WrittenMemory, stop);
                chunk.ResetWrittenCount();
            }
        }

        chunk.Write(ListEnd);
        await body.WriteAsync(chunk.WrittenMemory, stop);
    }

    private static (string ApiVersion, string Name) NameOf(Kind kind) => (kind.ApiVersion, kind.Name);

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
        Kind = Metadata,
        Metadata = form.Item.Metadata,
    });
}
