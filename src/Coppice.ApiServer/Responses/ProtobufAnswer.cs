using System.Buffers;
using System.IO.Pipelines;
using Coppice.ApiServer.Protobuf;
using Coppice.ApiServer.Storage;
using Coppice.Objects;
using Coppice.Objects.Meta;
using Microsoft.AspNetCore.Http;

namespace Coppice.ApiServer.Responses;

/// <summary>Objects and lists in Kubernetes' protobuf encoding. Their lengths are told before them, and so are found out first.</summary>
internal static class ProtobufAnswer
{
    // Of every list's message: what it says of itself, and its items.
    private const int Metadata = 1;
    private const int Items = 2;

    /// <param name="kind">Its version and name, as the envelope tells them.</param>
    public static async Task WriteAsync(HttpContext http, ObjectForm form, (string ApiVersion, string Name) kind, int code)
    {
        var head = HeadOf(form, kind);
        await using var body = AnswerBody.Begin(http, code, ProtobufEnvelope.MediaType, ProtobufEnvelope.Length(head, form.ProtobufLength));
        Write(body.Writer, head, form);
        await body.Writer.FlushAsync(http.RequestAborted);
    }

    /// <summary>An object with its envelope, as a part of a longer answer.</summary>
    public static void Write(IBufferWriter<byte> output, ObjectForm form, (string ApiVersion, string Name) kind) => Write(output, HeadOf(form, kind), form);

    public static async Task WriteStatusAsync(HttpContext http, ApiStatus status, int code)
    {
        var message = ProtobufEnvelope.MessageOf(ApiJson.Write(status), RecordSchemas.Of<ApiStatus>());
        var whole = ProtobufEnvelope.Of("v1", "Status", message);
        await using var body = AnswerBody.Begin(http, code, ProtobufEnvelope.MediaType, whole.Length);
        await body.Writer.WriteAsync(whole, http.RequestAborted);
    }

    /// <summary>Never holds more of the list than goes out together.</summary>
    public static async Task WriteListAsync(HttpContext http, IReadOnlyList<ObjectForm> items, (string ApiVersion, string Name) kind, ListMeta meta)
    {
        var start = new MessageBuffer();
        start.Bytes(Metadata, ProtobufEnvelope.MessageOf(ApiJson.Write(meta), RecordSchemas.Of<ListMeta>()));
        var length = (long)start.Written.Length;
        foreach (var item in items)
        {
            length += 1 + MessageBuffer.VarintLength((ulong)item.ProtobufLength) + item.ProtobufLength;
        }

        var head = ProtobufEnvelope.Head(kind.ApiVersion, kind.Name, length);
        await using var body = AnswerBody.Begin(http, StatusCodes.Status200OK, ProtobufEnvelope.MediaType, ProtobufEnvelope.Length(head, length));
        var chunk = new ArrayBufferWriter<byte>(AnswerBody.ChunkBytes);
        chunk.Write(head);
        chunk.Write(start.Written);
        var itemHead = new MessageBuffer();
        foreach (var item in items)
        {
            itemHead.Clear();
            itemHead.BytesHead(Items, item.ProtobufLength);
            chunk.Write(itemHead.Written);
            item.WriteProtobuf(chunk);
            if (chunk.WrittenCount > AnswerBody.FlushBytes)
            {
                await body.Writer.WriteAsync(chunk.WrittenMemory, http.RequestAborted);
                chunk.ResetWrittenCount();
            }
        }

        ProtobufEnvelope.WriteEnd(chunk);
        await body.Writer.WriteAsync(chunk.WrittenMemory, http.RequestAborted);
    }

    private static byte[] HeadOf(ObjectForm form, (string ApiVersion, string Name) kind) => ProtobufEnvelope.Head(kind.ApiVersion, kind.Name, form.ProtobufLength);

    private static void Write(IBufferWriter<byte> output, byte[] head, ObjectForm form)
    {
        output.Write(head);
        form.WriteProtobuf(output);
        ProtobufEnvelope.WriteEnd(output);
    }
}
