using System.Net.Sockets;

namespace Coppice.Node.Probes;

/// <summary>Network failures in the words that people know from the kubelet, which are Go's.</summary>
internal static class ProbeErrors
{
    public static string Connect(SocketException failed, string host) => failed.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => "connect: connection refused",
        SocketError.HostUnreachable => "connect: no route to host",
        SocketError.NetworkUnreachable => "connect: network is unreachable",
        SocketError.ConnectionReset => "connect: connection reset by peer",
        SocketError.TimedOut => "connect: connection timed out",
        SocketError.HostNotFound or SocketError.NoData => $"lookup {host}: no such host",
        _ => "connect: " + failed.Message,
    };
}
