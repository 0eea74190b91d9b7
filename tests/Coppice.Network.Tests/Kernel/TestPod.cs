using System.Net;
using System.Net.Sockets;
using System.Text;
using Coppice.Network.Netns;

namespace Coppice.Network.Tests.Kernel;

/// <summary>A network namespace with small servers in it, which answer with the pod's address and the caller's.</summary>
internal sealed class TestPod(string name) : IDisposable
{
    private readonly List<Socket> _listeners = [];

    public string Name => name;
    public string Path => $"/run/netns/{name}";
    public IPAddress Address { get; set; } = IPAddress.None;

    /// <summary>Null where the cluster has IPv4 alone.</summary>
    public IPAddress? AddressV6 { get; set; }

    public async Task ServeTcpAsync(int port)
    {
        await ServeTcpAsync(Path, port, _listeners, () => Address.ToString());
        if (AddressV6 is { } address)
        {
            await ServeTcpAsync(Path, port, _listeners, () => address.ToString(), IPAddress.IPv6Any);
        }
    }

    public async Task ServeUdpAsync(int port)
    {
        var socket = await NetworkNamespaces.OpenAsync(Path, AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Any, port));
        _listeners.Add(socket);
        _ = AnswerUdpAsync(socket);
    }

    public void StopServing()
    {
        foreach (var listener in _listeners)
        {
            listener.Dispose();
        }

        _listeners.Clear();
    }

    public void Dispose() => StopServing();

    /// <summary>A server in any namespace; it says its name and the caller's address, then echoes what it is sent.</summary>
    public static async Task ServeTcpAsync(string path, int port, List<Socket> listeners, Func<string> name, IPAddress? address = null)
    {
        var socket = await NetworkNamespaces.OpenAsync(path, (address ?? IPAddress.Any).AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        socket.Bind(new IPEndPoint(address ?? IPAddress.Any, port));
        socket.Listen();
        listeners.Add(socket);
        _ = AcceptAsync(socket, name);
    }

    private static async Task AcceptAsync(Socket listener, Func<string> name)
    {
        try
        {
            while (true)
            {
                _ = AnswerAsync(await listener.AcceptAsync(), name());
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private static async Task AnswerAsync(Socket client, string name)
    {
        using (client)
        {
            await client.SendAsync(Encoding.ASCII.GetBytes($"{name} {((IPEndPoint)client.RemoteEndPoint!).Address}\n"));
            var buffer = new byte[100];
            while (await client.ReceiveAsync(buffer) is > 0 and var count)
            {
                await client.SendAsync(buffer.AsMemory(0, count));
            }
        }
    }

    private async Task AnswerUdpAsync(Socket socket)
    {
        try
        {
            var buffer = new byte[100];
            while (true)
            {
                var from = await socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0));
                await socket.SendToAsync(Encoding.ASCII.GetBytes($"{Address}"), from.RemoteEndPoint);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}
