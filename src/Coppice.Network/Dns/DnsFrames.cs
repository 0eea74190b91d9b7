using System.Buffers.Binary;

namespace Coppice.Network.Dns;

/// <summary>DNS messages over TCP: two bytes of length before each (RFC 1035 section 4.2.2).</summary>
internal static class DnsFrames
{
    /// <summary>The next message, or null if the other side has finished.</summary>
    public static async Task<byte[]?> ReadAsync(Stream stream, CancellationToken stop)
    {
        var length = new byte[2];
        if (await stream.ReadAtLeastAsync(length, 2, throwOnEndOfStream: false, stop) < 2)
        {
            return null;
        }

        var message = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
        await stream.ReadExactlyAsync(message, stop);
        return message;
    }

    public static async Task WriteAsync(Stream stream, byte[] message, CancellationToken stop)
    {
        var frame = new byte[message.Length + 2];
        BinaryPrimitives.WriteUInt16BigEndian(frame, (ushort)message.Length);
        message.CopyTo(frame, 2);
        await stream.WriteAsync(frame, stop);
    }
}
