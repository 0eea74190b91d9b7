using System.Buffers;
using System.Text;
using Coppice.Objects;

namespace Coppice.ApiServer.Protobuf;

/// <summary>
/// What stands around every object in protobuf: a mark, and the message runtime.Unknown that names the kind and holds the object's own
/// message.
/// </summary>
internal static class ProtobufEnvelope
{
    public const string MediaType = "application/vnd.kubernetes.protobuf";

    public static ReadOnlySpan<byte> Mark => "k8s\0"u8;

    // Its content's encoding and type, which are always the empty string.
    private static ReadOnlySpan<byte> End => [3 << 3 | 2, 0, 4 << 3 | 2, 0];

    /// <summary>Everything that stands before the object's message.</summary>
    /// <param name="length">Of that message, in bytes.</param>
    public static byte[] Head(string apiVersion, string kind, long length)
    {
        var head = new MessageBuffer();
        var type = head.Begin(1);
        head.Bytes(1, Encoding.UTF8.GetBytes(apiVersion));
        head.Bytes(2, Encoding.UTF8.GetBytes(kind));
        head.End(type);
        head.BytesHead(2, length);
        return [.. Mark, .. head.Written];
    }

    public static void WriteEnd(IBufferWriter<byte> output) => output.Write(End);

    /// <summary>In bytes, of all of it.</summary>
    public static long Length(byte[] head, long length) => head.Length + length + End.Length;

    /// <summary>An object's message by itself.</summary>
    /// <param name="json">The object as JSON.</param>
    public static byte[] MessageOf(ReadOnlySpan<byte> json, ObjectSchema schema)
    {
        var message = new MessageBuffer();
        ProtobufTranscoder.Write(json, schema, message);
        return message.Written.ToArray();
    }

    /// <summary>An object with its envelope.</summary>
    public static byte[] Of(string apiVersion, string kind, ReadOnlySpan<byte> message)
    {
        var whole = new ArrayBufferWriter<byte>();
        whole.Write(Head(apiVersion, kind, message.Length));
        whole.Write(message);
        WriteEnd(whole);
        return whole.WrittenSpan.ToArray();
    }
}
