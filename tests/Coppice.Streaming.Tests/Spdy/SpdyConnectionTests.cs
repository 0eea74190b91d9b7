using System.Security.Cryptography;
using Coppice.Streaming.Spdy;

namespace Coppice.Streaming.Tests.Spdy;

public sealed class SpdyConnectionTests : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly Dictionary<string, string> NoHeaders = [];
    private readonly CancellationTokenSource _bound = new(Patience);
    private readonly SpdyConnection _client;
    private readonly SpdyConnection _server;

    public SpdyConnectionTests()
    {
        var (a, b) = DuplexPair.Create();
        var options = new StreamingOptions { StreamBufferBytes = 64 * 1024, FarewellTimeout = TimeSpan.FromSeconds(2) };
        _client = SpdyConnection.Start(a, isServer: false, options);
        _server = SpdyConnection.Start(b, isServer: true, options);
    }

    private CancellationToken Stop => _bound.Token;

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _server.DisposeAsync();
        _bound.Dispose();
    }

    private async Task<(SpdyStream Near, SpdyStream Far)> OpenAsync()
    {
        var near = await _client.OpenStreamAsync(new Dictionary<string, string> { ["streamType"] = "data" }, Stop);
        var far = (await _server.NextStreamAsync(Stop))!;
        await far.AcceptAsync(Stop);
        await near.Accepted.WaitAsync(Stop);
        return (near, far);
    }

    [Fact]
    public async Task Headers_arrive_with_the_stream()
    {
        var (near, far) = await OpenAsync();
        Assert.Equal("data", far.Headers["StreamType"]);
        Assert.Equal(near.Id, far.Id);
    }

    [Fact]
    public async Task Many_streams_carry_much_data_both_ways_at_once()
    {
        var echoes = EchoAllAsync();
        var random = new Random(7);
        var sent = Enumerable.Range(0, 40).Select(_ => { var b = new byte[random.Next(1, 700_000)]; random.NextBytes(b); return b; }).ToArray();
        await Task.WhenAll(sent.Select(async bytes =>
        {
            var stream = await _client.OpenStreamAsync(NoHeaders, Stop);
            var read = ReadAllAsync(stream);
            await stream.WriteAsync(bytes, Stop);
            await stream.CompleteWritesAsync(Stop);
            Assert.Equal(SHA256.HashData(bytes), SHA256.HashData(await read));
        }));
        await _client.CloseAsync(TimeProvider.System);
        await echoes;
    }

    [Fact]
    public async Task One_side_can_end_while_the_other_goes_on()
    {
        var (near, far) = await OpenAsync();
        await near.CompleteWritesAsync(Stop);
        Assert.Equal(0, await far.ReadAsync(new byte[1], Stop));
        await far.WriteAsync("still here"u8.ToArray(), Stop);
        await far.CompleteWritesAsync(Stop);
        Assert.Equal("still here"u8.ToArray(), await ReadAllAsync(near));
        await Assert.ThrowsAsync<IOException>(async () => await near.WriteAsync(new byte[1], Stop));
    }

    [Fact]
    public async Task A_reset_gives_the_reader_what_arrived_and_then_the_error()
    {
        var (near, far) = await OpenAsync();
        await near.WriteAsync("last words"u8.ToArray(), Stop);
        near.Reset();
        var buffer = new byte[10];
        await far.ReadExactlyAsync(buffer, Stop);
        Assert.Equal("last words"u8.ToArray(), buffer);
        var error = await Assert.ThrowsAsync<SpdyStreamResetException>(async () => await far.ReadExactlyAsync(buffer, Stop));
        Assert.Equal(SpdyResetStatus.Cancel, error.Status);
        await Assert.ThrowsAsync<SpdyStreamResetException>(async () => await far.WriteAsync(buffer, Stop));
    }

    [Fact]
    public async Task A_full_stream_that_is_given_up_lets_the_others_go_on()
    {
        var (near, far) = await OpenAsync();
        var flood = FloodAsync(near);
        await far.ReadExactlyAsync(new byte[1], Stop);
        far.Dispose();
        await Assert.ThrowsAsync<SpdyStreamResetException>(() => flood);
        var (near2, far2) = await OpenAsync();
        await near2.WriteAsync("x"u8.ToArray(), Stop);
        Assert.Equal(1, await far2.ReadAsync(new byte[1], Stop));
    }

    [Fact]
    public async Task Refused_streams_fail_at_the_opener()
    {
        _server.RefuseStreams();
        var stream = await _client.OpenStreamAsync(NoHeaders, Stop);
        await Assert.ThrowsAsync<SpdyStreamResetException>(() => stream.Accepted.WaitAsync(Stop));
    }

    [Fact]
    public async Task Closing_delivers_what_was_written_and_ends_the_other_side()
    {
        var (near, far) = await OpenAsync();
        await far.WriteAsync(new byte[50_000], Stop);
        await far.CompleteWritesAsync(Stop);
        var closing = _server.CloseAsync(TimeProvider.System);
        Assert.Equal(50_000, (await ReadAllAsync(near)).Length);
        Assert.Null(await _client.NextStreamAsync(Stop));
        await _client.CloseAsync(TimeProvider.System);
        await closing;
        await Assert.ThrowsAnyAsync<IOException>(async () => await far.ReadExactlyAsync(new byte[1], Stop));
    }

    [Fact]
    public async Task A_lost_connection_ends_every_read_with_an_error()
    {
        var (near, _) = await OpenAsync();
        var read = near.ReadAsync(new byte[1], Stop).AsTask();
        await _server.DisposeAsync();
        await Assert.ThrowsAnyAsync<IOException>(() => read);
        await _client.Completion.WaitAsync(Stop);
    }

    private async Task EchoAllAsync()
    {
        var echoes = new List<Task>();
        while (await _server.NextStreamAsync(Stop) is { } stream)
        {
            echoes.Add(EchoAsync(stream));
        }

        await Task.WhenAll(echoes);
    }

    private async Task EchoAsync(SpdyStream stream)
    {
        await stream.AcceptAsync(Stop);
        await stream.CopyToAsync(stream, Stop);
        await stream.CompleteWritesAsync(Stop);
    }

    private async Task FloodAsync(SpdyStream stream)
    {
        while (true)
        {
            await stream.WriteAsync(new byte[10_000], Stop);
        }
    }

    private async Task<byte[]> ReadAllAsync(Stream stream)
    {
        using var all = new MemoryStream();
        await stream.CopyToAsync(all, Stop);
        return all.ToArray();
    }
}
