namespace Coppice.Streaming.Spdy;

/// <summary>
/// Makes the header blocks of one connection into the one zlib stream SPDY asks for. A connection has a handful of tiny blocks, so
/// they are stored rather than compressed: that is as good a zlib stream, costs no compressor a connection, and leaks nothing by length.
/// </summary>
internal sealed class HeaderDeflater
{
    /// <summary>Deflate, window of 32 KiB, no dictionary.</summary>
    private static ReadOnlySpan<byte> ZlibHeader => [0x78, 0x01];

    private bool _begun;

    public byte[] Deflate(ReadOnlySpan<byte> block)
    {
        if (block.Length > StoredBlock.MaxLength)
        {
            throw new ArgumentException($"a header block of {block.Length} bytes; at most {StoredBlock.MaxLength} can be sent", nameof(block));
        }

        var begin = _begun ? [] : ZlibHeader;
        _begun = true;
        var bytes = new byte[begin.Length + 2 * StoredBlock.HeaderLength + block.Length];
        begin.CopyTo(bytes);
        var length = begin.Length;
        length += StoredBlock.Write(block, bytes.AsSpan(length));
        // The empty block is a sync flush: without it Go's inflater looks for a further block before it hands out this one.
        StoredBlock.Write([], bytes.AsSpan(length));
        return bytes;
    }
}
