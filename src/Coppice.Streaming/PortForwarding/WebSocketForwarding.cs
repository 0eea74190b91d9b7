using System.Buffers.Binary;
using System.Globalization;
using Coppice.Streaming.WebSockets;

namespace Coppice.Streaming.PortForwarding;

/// <summary>
/// Ports as channels of a WebSocket: of the ports in the query's order, each has a data channel (even) and an error channel (odd), on
/// which the server first says the port's number, 16 bits, little-endian. One connection a port; the socket ends with the last.
/// </summary>
internal static class WebSocketForwarding
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

    public static async Task RunAsync(ChannelSocket channels, IReadOnlyList<int> ports, Func<int, CancellationToken, ValueTask<Stream>> connect)
    {
        using var gone = new CancellationTokenSource();
        var all = Task.WhenAll(ports.Select((port, index) => ForwardAsync(channels, index, port, connect, gone.Token)));
        await Task.WhenAny(channels.Completion, all);
        await gone.CancelAsync();
        await all;
    }

    private static async Task ForwardAsync(
        ChannelSocket channels, int index, int port, Func<int, CancellationToken, ValueTask<Stream>> connect, CancellationToken gone)
    {
        var data = DataChannel(index);
        var number = new byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(number, (ushort)port);
        try
        {
            await channels.WriteAsync(data, number, gone);
            await channels.WriteAsync(data + 1, number, gone);
            await using var target = await connect(port, gone);
            await using var client = new ChannelStream(channels, data, channels.Incoming(data));
            // A channel cannot be half-closed from the client's side, so the target's end is the connection's.
            await ConnectionPump.RunUntilTargetEndsAsync(client, target, gone);
        }
        catch (StreamTargetException e) when (!gone.IsCancellationRequested)
        {
            await TellAsync(channels, data + 1, e.Message);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or StreamTargetException or System.Net.Sockets.SocketException)
        {
            // The connection is over; its channel just falls silent.
        }
    }

    private static async ValueTask TellAsync(ChannelSocket channels, int channel, string message)
    {
        try
        {
            await channels.WriteAsync(channel, System.Text.Encoding.UTF8.GetBytes(message), CancellationToken.None);
        }
        catch (IOException)
        {
            // The client is gone.
        }
    }
}
