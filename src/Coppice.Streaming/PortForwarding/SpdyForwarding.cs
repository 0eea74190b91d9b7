using Coppice.Streaming.Spdy;

namespace Coppice.Streaming.PortForwarding;

/// <summary>
/// The forwarded connections of one SPDY connection. Each is two streams of the client's with the same <c>requestID</c>: one for the
/// data, and one for an error's text, which is never written here: newer clients give up everything at the first error
/// ("lost connection to pod"), and a forward shall outlive its container's restarts. A connection that fails is simply closed.
/// </summary>
internal sealed class SpdyForwarding(
    SpdyConnection connection, Func<int, CancellationToken, ValueTask<Stream>> connect, StreamingOptions options, TimeProvider time)
{
    private readonly Dictionary<string, Half> _halves = [];
    private readonly List<Task> _running = [];

    /// <summary>Forwards until the client goes and what it sent was delivered.</summary>
    public async Task RunAsync()
    {
        using var late = new CancellationTokenSource();
        while (await connection.NextStreamAsync(CancellationToken.None) is { } stream)
        {
            _running.RemoveAll(task => task.IsCompleted);
            GiveUpLateHalves();
            if (StreamIdentity.Read(stream) is not { } identity)
            {
                stream.Reset(SpdyResetStatus.ProtocolError);
                continue;
            }

            await stream.AcceptAsync(CancellationToken.None);
            if (!_halves.Remove(identity.RequestId, out var half))
            {
                _halves.Add(identity.RequestId, new Half(stream, identity, time.GetTimestamp()));
            }
            else if (half.Identity.IsData == identity.IsData)
            {
                stream.Reset(SpdyResetStatus.ProtocolError);
            }
            else if (identity.IsData)
            {
                _running.Add(ForwardAsync(stream, half.Stream, identity.Port, late.Token));
            }
            else
            {
                _running.Add(ForwardAsync(half.Stream, stream, half.Identity.Port, late.Token));
            }
        }
        // A client that says goodbye opens no more streams, but may still use those it has.
        await Task.WhenAny(connection.Completion, Task.WhenAll(_running));
        await Unattended.EndAsync(Task.WhenAll(_running), late, options.FarewellTimeout, time);
    }

    /// <summary>A stream whose other half never came is given up when the next one comes; until then it costs nothing.</summary>
    private void GiveUpLateHalves()
    {
        foreach (var (id, half) in _halves.Where(half => time.GetElapsedTime(half.Value.Since) > options.StreamCreationTimeout).ToList())
        {
            half.Stream.Reset();
            _halves.Remove(id);
        }
    }

    private async Task ForwardAsync(SpdyStream data, SpdyStream error, int port, CancellationToken late)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(late, data.Aborted);
        try
        {
            await using var target = await connect(port, stop.Token);
            await ConnectionPump.RunAsync(data, target, stop.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or StreamTargetException or System.Net.Sockets.SocketException or ObjectDisposedException)
        {
            data.Reset();
        }
        finally
        {
            data.Dispose();
            await EndAsync(error);
        }
    }

    /// <summary>The client waits for this stream's end, without a word, before it takes a connection for well ended.</summary>
    private static async ValueTask EndAsync(SpdyStream error)
    {
        try
        {
            error.DropIncoming();
            await error.CompleteWritesAsync(CancellationToken.None);
        }
        catch (IOException)
        {
            // The client is gone.
        }
    }

    private sealed record Half(SpdyStream Stream, StreamIdentity Identity, long Since);
}
