using Coppice.Streaming.Spdy;

namespace Coppice.Streaming.Tests.Spdy;

public sealed class MalformedFrameTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData("8002000100000001ff")]                  // version 2
    [InlineData("80030001000000020000")]                // SYN_STREAM without its fields
    [InlineData("800300010000000a00000002000000000000")] // an even stream from a client
    [InlineData("8003000300000001ff")]                  // RST_STREAM of one byte
    [InlineData("8003000600ffffff")]                    // a control frame of 16 MiB
    [InlineData("80030006000000")]                      // an end inside a header
    [InlineData("00000001000000ffaabb")]                // an end inside data
    public async Task A_broken_frame_ends_the_connection_with_an_error(string hex)
    {
        var failure = await FeedAsync(Convert.FromHexString(hex));
        Assert.IsType<SpdyProtocolException>(failure);
    }

    [Fact]
    public async Task Random_bytes_never_hang_or_crash_it()
    {
        var random = new Random(20260101);
        for (var round = 0; round < 2000; round++)
        {
            var bytes = new byte[random.Next(1, 400)];
            random.NextBytes(bytes);
            // Half of the rounds get past the version check, with a known type and a small length.
            if (round % 2 == 0 && bytes.Length >= 8)
            {
                (bytes[0], bytes[1], bytes[2], bytes[3], bytes[5], bytes[6]) = (0x80, 3, 0, (byte)random.Next(0, 12), 0, 0);
            }

            await FeedAsync(bytes);
        }
    }

    [Fact]
    public async Task Bytes_changed_in_a_good_conversation_never_hang_or_crash_it()
    {
        var good = Convert.FromHexString(
            "80030001000000" + "3d" + "00000001" + "00000000" + "0000" +
            "78f9e3c6a7c202253a703a2b294a4dcc851625aca9a0808614cb45e01c6061606100a4398b20d198094ade8c0600000000ffff" +
            "0000000101000003" + "616263" + "8003000600000004" + "00000001" + "8003000300000008" + "0000000100000005");
        Assert.Null(await FeedAsync(good));
        var random = new Random(4);
        for (var round = 0; round < 1000; round++)
        {
            var bytes = (byte[])good.Clone();
            for (var changes = random.Next(1, 4); changes > 0; changes--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            await FeedAsync(bytes);
        }
    }

    /// <summary>What a server says of these bytes, followed by the end of the transport.</summary>
    private static async Task<IOException?> FeedAsync(byte[] bytes)
    {
        var (near, far) = DuplexPair.Create();
        await using var server = SpdyConnection.Start(far, isServer: true, new StreamingOptions());
        await near.WriteAsync(bytes);
        await near.CompleteWritesAsync(default);
        await server.Completion.WaitAsync(Patience);
        return server.Failure;
    }
}
