namespace Coppice.Streaming;

/// <summary>
/// The client's end of a stream that may outlive the client: once it has gone, what it sent is still read, up to an ordinary end, and
/// what is written is thrown away. Does not own the stream behind it.
/// </summary>
/// <param name="endsWhole">
/// The client has no way to end its side alone: at its end it has gone. To write to it then would be refused, in a connection of
/// <see cref="HttpClient"/> with a trace of the stack, for which it reads files.
/// </param>
internal sealed class CallerStream(Stream client, bool endsWhole = false) : DuplexStream, IHalfClosable
{
    private volatile bool _gone;

    /// <summary>Null for a stream that was not asked for.</summary>
    public static Stream? Of(Stream? client) => client is null ? null : new CallerStream(client);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken stop = default)
    {
        try
        {
            var count = await client.ReadAsync(buffer, stop);
            _gone |= endsWhole && count == 0 && buffer.Length > 0;
            return count;
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            return 0;
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken stop = default)
    {
        if (_gone)
        {
            return;
        }

        try
        {
            await client.WriteAsync(buffer, stop);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            _gone = true;
        }
    }

    public ValueTask CompleteWritesAsync(CancellationToken stop) => HalfClose.CompleteWritesAsync(client, stop);
}
