using System.Net.Sockets;
using System.Security.Authentication;

namespace Coppice.ApiServer.Webhooks;

/// <summary>Why nobody was reached, in the words of Go's network packages, which people look for.</summary>
internal static class NetworkFailure
{
    public static string Words(Exception e) => e switch
    {
        HttpRequestException { InnerException: AuthenticationException tls } => tls.Message,
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => "tls: first record does not look like a TLS handshake",
        HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded } or HttpIOException { HttpRequestError: HttpRequestError.ResponseEnded } => "EOF",
        HttpRequestException { InnerException: { } inner } => Words(inner),
        IOException { InnerException: SocketException socket } => Words(socket),
        SocketException socket => socket.SocketErrorCode switch
        {
            SocketError.ConnectionRefused => "connect: connection refused",
            SocketError.ConnectionReset => "read: connection reset by peer",
            SocketError.HostUnreachable => "connect: no route to host",
            SocketError.NetworkUnreachable => "connect: network is unreachable",
            SocketError.TimedOut => "connect: connection timed out",
            SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => "lookup: no such host",
            _ => socket.Message,
        },
        _ => e.Message,
    };
}
