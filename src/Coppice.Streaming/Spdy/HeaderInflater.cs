using System.Buffers.Binary;
using System.IO.Compression;

namespace Coppice.Streaming.Spdy;

/// <summary>
/// Inflates the header blocks a peer sends. All blocks of one connection are one zlib stream, cut by sync flushes, so there is one of
/// these for a connection and every block must pass through it, in order.
/// </summary>
/// <remarks>
/// .NET's zlib streams take no preset dictionary. A raw deflate stream that begins with the dictionary as a stored block leaves the
/// inflater in the very same state, so the dictionary is fed in that way and what comes out of it is thrown away.
/// </remarks>
internal sealed class HeaderInflater : IDisposable
{
    private const int ZlibHeaderLength = 2;
    private const int DictionaryIdLength = 4;

    private readonly FedStream _fed = new();
    private DeflateStream? _inflate;

    /// <summary>Inflates one block. The result is valid until the next call.</summary>
    /// <exception cref="SpdyProtocolException">It is no zlib stream, names another dictionary, or inflates to more than <paramref name="limitBytes"/>.</exception>
    public ReadOnlyMemory<byte> Inflate(ReadOnlyMemory<byte> block, int limitBytes)
    {
        try
        {
            _fed.Feed(_inflate is null ? Begin(block) : block);
            var output = new byte[Math.Min(1024, limitBytes)];
            var length = 0;
            while (true)
            {
                if (length == output.Length)
                {
                    if (length == limitBytes)
                    {
                        throw new SpdyProtocolException($"a header block inflates to more than {limitBytes} bytes");
                    }

                    Array.Resize(ref output, Math.Min(output.Length * 4, limitBytes));
                }

                var read = _inflate!.Read(output, length, output.Length - length);
                if (read == 0)
                {
                    return output.AsMemory(0, length);
                }

                length += read;
            }
        }
        catch (InvalidDataException e)
        {
            throw new SpdyProtocolException("a header block is not a zlib stream", e);
        }
    }

    public void Dispose() => _inflate?.Dispose();

    /// <summary>Reads the zlib header of the first block and makes the inflater; returns the rest of the block.</summary>
    private ReadOnlyMemory<byte> Begin(ReadOnlyMemory<byte> block)
    {
        var bytes = block.Span;
        if (bytes.Length < ZlibHeaderLength || (bytes[0] & 0x0F) != 8 || BinaryPrimitives.ReadUInt16BigEndian(bytes) % 31 != 0)
        {
            throw new SpdyProtocolException("the first header block does not begin a zlib stream");
        }

        _inflate = new DeflateStream(_fed, CompressionMode.Decompress);
        var hasDictionary = (bytes[1] & 0x20) != 0;
        if (!hasDictionary)
        {
            return block[ZlibHeaderLength..];
        }

        if (bytes.Length < ZlibHeaderLength + DictionaryIdLength ||
            BinaryPrimitives.ReadUInt32BigEndian(bytes[ZlibHeaderLength..]) != HeaderDictionary.Id)
        {
            throw new SpdyProtocolException("the header blocks were compressed with another dictionary than SPDY/3's");
        }

        _fed.Feed(StoredBlock.Of(HeaderDictionary.Bytes.Span));
        var discarded = new byte[HeaderDictionary.Bytes.Length];
        _inflate.ReadExactly(discarded);
        return block[(ZlibHeaderLength + DictionaryIdLength)..];
    }

    /// <summary>Gives the inflater what it was fed last, and then nothing until it is fed again.</summary>
    private sealed class FedStream : Stream
    {
        private ReadOnlyMemory<byte> _rest;

        public void Feed(ReadOnlyMemory<byte> bytes) => _rest = bytes;

        public override int Read(Span<byte> buffer)
        {
            var count = Math.Min(buffer.Length, _rest.Length);
            _rest.Span[..count].CopyTo(buffer);
            _rest = _rest[count..];
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));
        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
        public override void Flush() { }
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
