using System.Net.Sockets;

namespace Coppice.Node.Probes;

/// <summary>A connection that notes whether who answers on it speaks HTTP/2: such a server says its settings before anything else.</summary>
internal sealed class Http2Line(Socket socket) : NetworkStream(socket, ownsSocket: true)
{
    // Of a frame: three bytes are its length, then comes this.
    private const int TypeAt = 3;
    private const byte Settings = 4;

    private long _read;

    public bool IsHttp2 { get; private set; }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await base.ReadAsync(buffer, cancellationToken);
        if (_read <= TypeAt && _read + count > TypeAt)
        {
            IsHttp2 = buffer.Span[(int)(TypeAt - _read)] == Settings;
        }

        _read += count;
        return count;
    }
}
