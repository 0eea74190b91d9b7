using System.Net;
using System.Net.Sockets;

namespace Coppice.Network.Netns;

/// <summary>Reaches into a pod's network namespace from outside.</summary>
public static class NetworkNamespaces
{
    /// <summary>
    /// A TCP connection to a port of the namespace's own loopback: 127.0.0.1, or [::1] where nobody listens on the former. For
    /// port-forward. The caller disposes of the socket.
    /// </summary>
    /// <param name="path">The namespace's file; null for the node's own (pods with hostNetwork).</param>
    /// <exception cref="SocketException">Nobody listens on either.</exception>
    /// <exception cref="IOException">The namespace is gone.</exception>
    public static async Task<Socket> ConnectAsync(string? path, int port, CancellationToken stop)
    {
        try
        {
            return await ConnectAsync(path, new IPEndPoint(IPAddress.Loopback, port), stop);
        }
        catch (SocketException first) when (first.SocketErrorCode == SocketError.ConnectionRefused)
        {
            try
            {
                return await ConnectAsync(path, new IPEndPoint(IPAddress.IPv6Loopback, port), stop);
            }
            catch (SocketException)
            {
                throw new SocketException((int)SocketError.ConnectionRefused, first.Message);
            }
        }
    }

    /// <summary>A TCP connection from inside the namespace to any address.</summary>
    public static async Task<Socket> ConnectAsync(string? path, IPEndPoint target, CancellationToken stop)
    {
        var socket = await OpenAsync(path, target.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.NoDelay = true;
            await socket.ConnectAsync(target, stop);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>An unconnected socket that belongs to the namespace.</summary>
    public static async Task<Socket> OpenAsync(string? path, AddressFamily family, SocketType type, ProtocolType protocol)
    {
        if (path is null)
        {
            return new Socket(family, type, protocol);
        }

        using var inside = NamespaceThread.Start(path);
        return await inside.RunAsync(() => new Socket(family, type, protocol));
    }
}
