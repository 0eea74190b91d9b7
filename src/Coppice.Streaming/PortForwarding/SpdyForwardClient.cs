using System.Globalization;
using Coppice.Streaming.Spdy;

namespace Coppice.Streaming.PortForwarding;

/// <summary>The client of a server that forwards ports by SPDY, as a node's agent does.</summary>
/// <param name="http">Sends the first request; must allow HTTP/1.1 and set no time limit on it.</param>
public sealed class SpdyForwardClient(HttpMessageInvoker http, TimeProvider time, StreamingOptions options)
{
    /// <summary>A connection to a port behind the server. What goes wrong there resets it: a read fails.</summary>
    /// <exception cref="IOException">The server could not be reached, or did not take the connection's streams.</exception>
    public async Task<Stream> ConnectAsync(Uri url, int port, CancellationToken stop)
    {
        var connection = SpdyConnection.Start(await SpdyRequest.UpgradeAsync(http, url, PortForwardEndpoint.SpdyProtocol, stop), isServer: false, options);
        try
        {
            connection.RefuseStreams();
            using var late = new CancellationTokenSource(options.StreamCreationTimeout, time);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(stop, late.Token);

            // Nothing is said on the first, and nothing expected: what fails is seen on the second.
            var error = await connection.OpenStreamAsync(Headers("error", port), both.Token);
            await error.CompleteWritesAsync(both.Token);
            var data = await connection.OpenStreamAsync(Headers("data", port), both.Token);
            await data.Accepted.WaitAsync(both.Token);
            return new Forwarded(connection, data);
        }
        catch (OperationCanceledException e) when (!stop.IsCancellationRequested)
        {
            await connection.DisposeAsync();
            throw new IOException($"the streaming server did not accept a connection to port {port} within {options.StreamCreationTimeout}", e);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private static Dictionary<string, string> Headers(string type, int port) => new()
    {
        ["streamType"] = type,
        ["port"] = port.ToString(CultureInfo.InvariantCulture),
        ["requestID"] = "0",
    };

    /// <summary>The connection's data, which is all that its SPDY connection is for.</summary>
    private sealed class Forwarded(SpdyConnection connection, SpdyStream data) : DuplexStream, IHalfClosable
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken stop = default) => data.ReadAsync(buffer, stop);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken stop = default) => data.WriteAsync(buffer, stop);

        public ValueTask CompleteWritesAsync(CancellationToken stop) => data.CompleteWritesAsync(stop);

        public override async ValueTask DisposeAsync()
        {
            await connection.DisposeAsync();
            await base.DisposeAsync();
        }
    }
}
