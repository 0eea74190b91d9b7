using System.Net;
using System.Net.Sockets;
using System.Text;
using Coppice.Network.Netns;

namespace Coppice.Network.Tests.Kernel;

/// <summary>What a caller got: who answered and as whom it was seen; or how it failed.</summary>
internal sealed record Answer(string Server, string SeenAs, string Failure = "")
{
    public static readonly Answer Refused = new("", "", "ConnectionRefused");
    public static readonly Answer Silence = new("", "", "silence");
}

internal static class Call
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    // A datagram that got lost is not sent again, so whoever waits asks anew soon.
    private static readonly TimeSpan DatagramPatience = TimeSpan.FromSeconds(2);

    public static Task<Answer> TcpAsync(string path, string address, int port) => TcpAsync(path, IPAddress.Parse(address), port);

    /// <param name="wait">How long; null for as long as is usual.</param>
    public static async Task<Answer> TcpAsync(string path, IPAddress address, int port, TimeSpan? wait = null)
    {
        using var patience = new CancellationTokenSource(wait ?? Patience);
        try
        {
            using var socket = await NetworkNamespaces.ConnectAsync(path, new IPEndPoint(address, port), patience.Token);
            var buffer = new byte[100];
            var count = await socket.ReceiveAsync(buffer, patience.Token);
            var words = Encoding.ASCII.GetString(buffer, 0, count).TrimEnd().Split(' ');
            return new Answer(words[0], words[1]);
        }
        catch (SocketException e)
        {
            return new Answer("", "", e.SocketErrorCode.ToString());
        }
        catch (OperationCanceledException)
        {
            return Answer.Silence;
        }
    }

    public static async Task<Answer> UdpAsync(Socket socket)
    {
        using var patience = new CancellationTokenSource(DatagramPatience);
        try
        {
            await socket.SendAsync("?"u8.ToArray());
            var buffer = new byte[100];
            var count = await socket.ReceiveAsync(buffer, patience.Token);
            return new Answer(Encoding.ASCII.GetString(buffer, 0, count), "");
        }
        catch (SocketException e)
        {
            return new Answer("", "", e.SocketErrorCode.ToString());
        }
        catch (OperationCanceledException)
        {
            return Answer.Silence;
        }
    }

    public static async Task<Socket> UdpSocketAsync(string path, string address, int port)
    {
        var socket = await NetworkNamespaces.OpenAsync(path, IPAddress.Parse(address).AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(IPAddress.Parse(address), port);
        return socket;
    }
}
