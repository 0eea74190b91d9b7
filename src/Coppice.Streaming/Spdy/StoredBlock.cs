using System.Buffers.Binary;

namespace Coppice.Streaming.Spdy;

/// <summary>A deflate block that holds its bytes as they are (RFC 1951, section 3.2.4).</summary>
internal static class StoredBlock
{
    public const int HeaderLength = 5;
    public const int MaxLength = ushort.MaxValue;

    public static byte[] Of(ReadOnlySpan<byte> bytes)
    {
        var block = new byte[HeaderLength + bytes.Length];
        Write(bytes, block);
        return block;
    }

    /// <summary>Writes the block and returns its length. It is never the last of its stream.</summary>
    public static int Write(ReadOnlySpan<byte> bytes, Span<byte> destination)
    {
        destination[0] = 0;
        BinaryPrimitives.WriteUInt16LittleEndian(destination[1..], (ushort)bytes.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[3..], (ushort)~bytes.Length);
        bytes.CopyTo(destination[HeaderLength..]);
        return HeaderLength + bytes.Length;
    }
}
