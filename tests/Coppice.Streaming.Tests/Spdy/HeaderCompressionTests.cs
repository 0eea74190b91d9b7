using Coppice.Streaming.Spdy;

namespace Coppice.Streaming.Tests.Spdy;

public sealed class HeaderCompressionTests
{
    // Made with Python: zlib.compressobj(9, zlib.DEFLATED, 15, 8, 0, dictionary), each block ended by a sync flush.
    private const string ErrorStreamBlock =
        "78f9e3c6a7c202253a703a2b294a4dcc851625aca9a0808614cb45e01c6061606100a4398b20d198094ade8c0600000000ffff";
    private const string DataStreamBlock = "c2aa19540e2512d60b000000ffff";
    private const string BlockWithoutDictionary = "78da62606060646060e02a2e294a4dcc2da92c4805f2588b4b5232f300000000ffff";

    [Fact]
    public void The_dictionary_is_the_one_whose_checksum_the_protocol_names()
    {
        Assert.Equal(1423, HeaderDictionary.Bytes.Length);
        uint a = 1, b = 0;
        foreach (var value in HeaderDictionary.Bytes.Span)
        {
            a = (a + value) % 65521;
            b = (b + a) % 65521;
        }

        Assert.Equal(HeaderDictionary.Id, b << 16 | a);
    }

    [Fact]
    public void Blocks_compressed_with_the_dictionary_are_read_one_after_the_other()
    {
        using var inflater = new HeaderInflater();
        var error = Decode(inflater, ErrorStreamBlock);
        Assert.Equal(("error", "8080", "0"), (error["streamType"], error["port"], error["requestID"]));
        var data = Decode(inflater, DataStreamBlock);
        Assert.Equal(("data", "8080", "0"), (data["streamType"], data["port"], data["requestID"]));
    }

    [Fact]
    public void A_stream_without_the_dictionary_is_read_too()
    {
        using var inflater = new HeaderInflater();
        Assert.Equal("stdin", Decode(inflater, BlockWithoutDictionary)["streamtype"]);
    }

    [Fact]
    public void What_is_sent_can_be_read_back_over_many_blocks()
    {
        using var inflater = new HeaderInflater();
        var deflater = new HeaderDeflater();
        for (var i = 0; i < 50; i++)
        {
            var block = deflater.Deflate(HeaderBlock.Encode(new Dictionary<string, string> { ["Port"] = i.ToString(), ["empty"] = "" }));
            var headers = HeaderBlock.Decode(inflater.Inflate(block, 65536).Span);
            Assert.Equal((2, i.ToString(), ""), (headers.Count, headers["port"], headers["empty"]));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("78")]
    [InlineData("0000000000")]
    [InlineData("78f900000000aabb")]
    [InlineData("7801ffffffffffff")]
    public void What_is_no_header_block_is_refused(string hex)
    {
        using var inflater = new HeaderInflater();
        Assert.Throws<SpdyProtocolException>(() => Decode(inflater, hex));
    }

    [Fact]
    public void A_block_that_inflates_beyond_the_limit_is_refused()
    {
        using var packed = new MemoryStream();
        using (var zlib = new System.IO.Compression.ZLibStream(packed, System.IO.Compression.CompressionLevel.Optimal, leaveOpen: true))
        {
            zlib.Write(new byte[10_000_000]);
        }

        using var inflater = new HeaderInflater();
        Assert.Throws<SpdyProtocolException>(() => inflater.Inflate(packed.ToArray(), 65536));
    }

    [Fact]
    public void Lengths_that_do_not_fit_are_refused()
    {
        foreach (var block in new byte[][] { [], [0, 0, 0, 1], [0, 0, 0, 1, 0, 0, 0, 9, 1], [0xFF, 0xFF, 0xFF, 0xFF] })
        {
            Assert.Throws<SpdyProtocolException>(() => HeaderBlock.Decode(block));
        }

        Assert.Throws<SpdyProtocolException>(() => HeaderBlock.Decode([0, 0, 0, 2, 0, 0, 0, 1, (byte)'a', 0, 0, 0, 0, 0, 0, 0, 1, (byte)'a', 0, 0, 0, 0]));
    }

    private static IReadOnlyDictionary<string, string> Decode(HeaderInflater inflater, string hex) =>
        HeaderBlock.Decode(inflater.Inflate(Convert.FromHexString(hex), 65536).Span);
}
