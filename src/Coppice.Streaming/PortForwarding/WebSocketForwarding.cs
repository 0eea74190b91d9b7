using System.Buffers.Binary;
using System.Globalization;
using Coppice.Streaming.WebSockets;

namespace Coppice.Streaming.PortForwarding;

/// <summary>
/// Ports as channels of a WebSocket: of the ports in the query's order, each has a data channel (even) and an error channel (odd), on
/// which the server first says the port's number, 16 bits, little-endian. One connection a port; the socket ends with the last.
/// </summary>
internal sealed class WebSocketForwarding(
    ChannelSocket channels, Func<int, CancellationToken, ValueTask<Stream>> connect, StreamingOptions options, TimeProvider time)
{
    /// <summary>Channel numbers are one byte, two a port, and 255 means something else.</summary>
    private const int MaxPorts = 127;

    public static int DataChannel(int index) => 2 * index;

    /// <summary>Reads <c>ports=80&amp;ports=443</c> and <c>ports=80,443</c>.</summary>
    public static bool TryReadPorts(IEnumerable<string?> values, out IReadOnlyList<int> ports)
    {
        var read = new List<int>();
        ports = read;
        foreach (var text in values.SelectMany(value => (value ?? "").Split(',')))
        {
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is < 1 or > 65535)
            {
                return false;
            }

            read.Add(port);
        }

        return read.Count is > 0 and <= MaxPorts;
    }

    /// <summary>Forwards until all connections have ended, or the client has gone and what it sent was delivered.</summary>
    public async Task RunAsync(IReadOnlyList<int> ports)
    {
        using var late = new CancellationTokenSource();
        var all = Task.WhenAll(ports.Select((port, index) => ForwardAsync(index, port, late.Token)));
        await Task.WhenAny(channels.Completion, all);
        await Unattended.EndAsync(all, late, options.FarewellTimeout, time);
    }

    private async Task ForwardAsync(int index, int port, CancellationToken late)
    {
        var data = DataChannel(index);
        var number = new byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(number, (ushort)port);
        try
        {
            await TellAsync(data, number);
            await TellAsync(data + 1, number);
            await using var target = await connect(port, late);
            await using var client = new ChannelStream(channels, data, channels.Incoming(data));
            // A channel cannot be half-closed from the client's side, so the target's end is the connection's.
            await ConnectionPump.RunUntilTargetEndsAsync(client, target, late);
        }
        catch (StreamTargetException e) when (!late.IsCancellationRequested)
        {
            await TellAsync(data + 1, System.Text.Encoding.UTF8.GetBytes(e.Message));
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or StreamTargetException or System.Net.Sockets.SocketException)
        {
            // The connection is over; its channel just falls silent.
        }
    }

    private async ValueTask TellAsync(int channel, byte[] message)
    {
        try
        {
            await channels.WriteAsync(channel, message, CancellationToken.None);
        }
        catch (IOException)
        {
            // The client is gone; what it sent before is still to be delivered.
        }
    }
}
