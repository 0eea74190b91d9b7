using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Text;
using Coppice.ApiServer.Kinds;
using Coppice.ApiServer.Protobuf;
using Coppice.ApiServer.Storage;
using Coppice.Client.Metrics;
using Coppice.Objects;
using Coppice.Objects.Meta;
using Coppice.Store;
using Microsoft.AspNetCore.Http;

namespace Coppice.ApiServer.Responses;

/// <summary>
/// The answer to a watch: an event after the other, each a line of JSON, or in protobuf the length of a message in four bytes, most
/// significant first, and the message.
/// </summary>
/// <param name="told">Counts the events.</param>
internal sealed class WatchAnswer(HttpContext http, ServedKind served, ResponseWriter responses, ResponseFormat format, Count told)
{
    // Of the message WatchEvent; and of what wraps the object in it.
    private const int Type = 1;
    private const int Object = 2;
    private const int Raw = 1;

    private readonly PipeWriter _body = http.Response.BodyWriter;
    private readonly ArrayBufferWriter<byte> _object = new();
    private bool _columnsSent;

    /// <summary>Tells the client that the watch has begun: it waits for that, however long nothing happens.</summary>
    public async Task StartAsync()
    {
        http.Response.StatusCode = StatusCodes.Status200OK;
        http.Response.ContentType = format.WatchContentType;
        http.Response.Headers.CacheControl = "no-cache, private";
        await http.Response.StartAsync(http.RequestAborted);
        await _body.FlushAsync(http.RequestAborted);
    }

    public void Write(string type, ObjectForm form)
    {
        told.Add();
        if (format.IsProtobuf)
        {
            _object.ResetWrittenCount();
            responses.Render(_object, format, served, form, withColumns: false);
            WriteFrame(type, _object.WrittenSpan);
            return;
        }

        var line = BeginLine(type);
        responses.Render(line, format, served, form, !_columnsSent);
        EndLine(line);
        _columnsSent = true;
    }

    /// <summary>Tells how far the watch has come, by an object of the kind that is watched which has nothing but that; in a table, by its row.</summary>
    /// <param name="annotation">What is reached with it, if anything.</param>
    public void WriteBookmark(Revision revision, string? annotation)
    {
        var annotations = annotation is null ? "" : $",\"annotations\":{{\"{annotation}\":\"true\"}}";
        if (format.Shape == ResponseShape.Table)
        {
            var empty = $"{{\"kind\":\"{served.Kind.Name}\",\"apiVersion\":\"{served.Kind.ApiVersion}\",\"metadata\":{{\"creationTimestamp\":null{annotations}}}}}";
            Write("BOOKMARK", new ObjectForm(served.Kind.Format, Encoding.UTF8.GetBytes(empty), revision));
            return;
        }

        var (version, name) = format.Shape == ResponseShape.Metadata
            ? (format.MetaVersion, "PartialObjectMetadata")
            : (served.Kind.ApiVersion, served.Kind.Name);
        var json = Encoding.UTF8.GetBytes(
            $"{{\"kind\":\"{name}\",\"apiVersion\":\"{version}\",\"metadata\":{{\"resourceVersion\":\"{revision}\",\"creationTimestamp\":null{annotations}}}}}");
        Write("BOOKMARK", version, name, json, RecordSchemas.Of<PartialObjectMetadata>());
    }

    public void WriteError(ApiStatus status) => Write("ERROR", "v1", "Status", ApiJson.Write(status), RecordSchemas.Of<ApiStatus>());

    /// <summary>Waits for the reader once there is as much as goes out together.</summary>
    public ValueTask FlushFullAsync() => _body.UnflushedBytes > AnswerBody.FlushBytes ? FlushAsync() : ValueTask.CompletedTask;

    public async ValueTask FlushAsync()
    {
        if (_body.UnflushedBytes > 0)
        {
            await _body.FlushAsync(http.RequestAborted);
        }
    }

    private void Write(string type, string version, string name, ReadOnlySpan<byte> json, ObjectSchema schema)
    {
        if (format.IsProtobuf)
        {
            WriteFrame(type, ProtobufEnvelope.Of(version, name, ProtobufEnvelope.MessageOf(json, schema)));
            return;
        }

        var line = BeginLine(type);
        line.Write(json);
        EndLine(line);
    }

    private void WriteFrame(string type, ReadOnlySpan<byte> item)
    {
        var message = EncodingScratch.Take().Message;
        message.Bytes(Type, Encoding.ASCII.GetBytes(type));
        var wrapped = message.Begin(Object);
        message.Bytes(Raw, item);
        message.End(wrapped);
        BinaryPrimitives.WriteInt32BigEndian(_body.GetSpan(sizeof(int)), message.Written.Length);
        _body.Advance(sizeof(int));
        _body.Write(message.Written);
    }

    /// <summary>A line is put together first: the connection is locked for each piece that is written to it.</summary>
    private static ArrayBufferWriter<byte> BeginLine(string type)
    {
        var line = EncodingScratch.Take().Json;
        line.Write("{\"type\":\""u8);
        Encoding.ASCII.GetBytes(type, line);
        line.Write("\",\"object\":"u8);
        return line;
    }

    private void EndLine(ArrayBufferWriter<byte> line)
    {
        line.Write("}\n"u8);
        _body.Write(line.WrittenSpan);
    }
}
