using System.Net;
using System.Net.Sockets;

namespace Coppice.Node.Probes;

/// <summary>A connection of a probe, which can tell why an attempt on it failed: who its ends are, and what was heard first.</summary>
internal sealed class ProbeLine : NetworkStream
{
    // Enough for the line that an answer begins with, and on HTTP/2 for what comes before the end of a call.
    private const int BeginningBytesMax = 4096;

    private readonly byte[] _beginning = new byte[BeginningBytesMax];
    private readonly string _ends;
    private volatile int _heard;
    private volatile bool _isOver;

    private ProbeLine(Socket socket) : base(socket, ownsSocket: true) => _ends = $"{Written(socket.LocalEndPoint)}->{Written(socket.RemoteEndPoint)}";

    /// <summary>What was heard first, up to 4 KiB.</summary>
    public ReadOnlySpan<byte> Beginning => _beginning.AsSpan(0, _heard);

    /// <exception cref="SocketException">Nobody is reached.</exception>
    public static async ValueTask<ProbeLine> ConnectAsync(DnsEndPoint server, CancellationToken stop)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(server, stop);
            return new(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await base.ReadAsync(buffer, cancellationToken);
        var kept = buffer.Span[..Math.Min(count, BeginningBytesMax - _heard)];
        kept.CopyTo(_beginning.AsSpan(_heard));
        _heard += kept.Length;
        _isOver |= count == 0 && buffer.Length > 0;
        return count;
    }

    /// <summary>Why it broke, in Go's words; null where it is not known that it did.</summary>
    public string? Broken(Exception failed) => failed.GetBaseException() switch
    {
        SocketException { SocketErrorCode: SocketError.ConnectionReset } => $"read tcp {_ends}: read: connection reset by peer",
        SocketException { SocketErrorCode: SocketError.Shutdown } => $"write tcp {_ends}: write: broken pipe",
        _ => _isOver ? "EOF" : null,
    };

    private static string Written(EndPoint? end) =>
        end is IPEndPoint { Address.IsIPv4MappedToIPv6: true } mapped ? $"{mapped.Address.MapToIPv4()}:{mapped.Port}" : $"{end}";
}
