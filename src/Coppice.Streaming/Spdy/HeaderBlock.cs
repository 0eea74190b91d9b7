using System.Buffers.Binary;
using System.Text;

namespace Coppice.Streaming.Spdy;

/// <summary>
/// The name/value block of SYN_STREAM, SYN_REPLY and HEADERS, before compression: a count, then each name and value behind its length
/// (all 32 bits, big-endian). Names travel in lower case and are looked up in any. Several values of a name are joined by NUL.
/// </summary>
internal static class HeaderBlock
{
    public static byte[] Encode(IReadOnlyDictionary<string, string> headers)
    {
        using var block = new MemoryStream();
        WriteNumber(block, headers.Count);
        foreach (var (name, value) in headers)
        {
            WriteText(block, name.ToLowerInvariant());
            WriteText(block, value);
        }

        return block.ToArray();
    }

    /// <exception cref="SpdyProtocolException">A length does not fit, or a name is repeated.</exception>
    public static IReadOnlyDictionary<string, string> Decode(ReadOnlySpan<byte> block)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        for (var left = ReadNumber(ref block); left > 0; left--)
        {
            var name = ReadText(ref block);
            if (!headers.TryAdd(name, ReadText(ref block)))
            {
                throw new SpdyProtocolException($"the header {name} appears twice in one block");
            }
        }

        return headers;
    }

    private static void WriteNumber(MemoryStream block, int number)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        block.Write(bytes);
    }

    private static void WriteText(MemoryStream block, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        WriteNumber(block, bytes.Length);
        block.Write(bytes);
    }

    private static int ReadNumber(ref ReadOnlySpan<byte> block)
    {
        if (block.Length < 4)
        {
            throw new SpdyProtocolException("a header block ends early");
        }

        var number = BinaryPrimitives.ReadInt32BigEndian(block);
        block = block[4..];
        return number >= 0 ? number : throw new SpdyProtocolException("a header block has a negative length");
    }

    private static string ReadText(ref ReadOnlySpan<byte> block)
    {
        var length = ReadNumber(ref block);
        if (length > block.Length)
        {
            throw new SpdyProtocolException("a header block ends early");
        }

        var text = Encoding.UTF8.GetString(block[..length]);
        block = block[length..];
        return text;
    }
}
