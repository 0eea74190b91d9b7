using System.Buffers.Binary;
using Google.Protobuf;

namespace Coppice.Node.Runtime.Grpc;

/// <summary>
/// gRPC's framing of a message: one byte that says whether it is compressed (ours never are), four bytes of length, big
/// endian, then the message.
/// </summary>
internal static class GrpcFrame
{
    public const int HeaderBytes = 5;

    /// <summary>16 MiB, what containerd itself sends at most. A longer message is a broken stream.</summary>
    public const int MessageBytesMax = 16 * 1024 * 1024;

    public static byte[] Encode(IMessage message)
    {
        var length = message.CalculateSize();
        var frame = new byte[HeaderBytes + length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), length);
        message.WriteTo(frame.AsSpan(HeaderBytes));
        return frame;
    }

    /// <summary>The next message of a body, or null at its end.</summary>
    public static async ValueTask<TMessage?> ReadAsync<TMessage>(Stream body, MessageParser<TMessage> parser, CancellationToken stop)
        where TMessage : class, IMessage<TMessage>
    {
        var header = new byte[HeaderBytes];
        var read = await body.ReadAtLeastAsync(header, HeaderBytes, throwOnEndOfStream: false, stop);
        if (read == 0)
        {
            return null;
        }

        if (read < HeaderBytes)
        {
            throw new InvalidDataException("The gRPC stream broke off inside a frame header.");
        }

        if (header[0] != 0)
        {
            throw new InvalidDataException("The gRPC server sent a compressed message, which was not asked for.");
        }

        var length = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(1));
        if (length > MessageBytesMax)
        {
            throw new InvalidDataException($"The gRPC server sent a message of {length} bytes; the limit is {MessageBytesMax}.");
        }

        var payload = new byte[length];
        await body.ReadExactlyAsync(payload, stop);
        return parser.ParseFrom(payload);
    }
}
