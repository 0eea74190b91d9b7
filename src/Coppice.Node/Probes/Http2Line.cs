using System.Buffers.Binary;
using System.Net.Sockets;

namespace Coppice.Node.Probes;

/// <summary>
/// A connection that notes what HTTP/2 says beside answers: whether who answers on it speaks it, as such a server says its settings before
/// anything else, and with which error it has ended a call.
/// </summary>
internal sealed class Http2Line(Socket socket) : NetworkStream(socket, ownsSocket: true)
{
    // A frame begins with three bytes of its length, its type, its flags, and four bytes of its stream.
    private const int TypeAt = 3;
    private const int HeaderBytes = 9;
    private const byte ResetFrame = 3, SettingsFrame = 4;

    // As much of a frame as is looked at: of what it says, an error.
    private readonly byte[] _frame = new byte[HeaderBytes + sizeof(uint)];
    private int _read;
    private bool _hasRead;

    public bool IsHttp2 { get; private set; }

    /// <summary>The error code of RST_STREAM; null as long as there was none.</summary>
    public uint? Reset { get; private set; }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await base.ReadAsync(buffer, cancellationToken);
        foreach (var one in buffer.Span[..count])
        {
            Note(one);
        }

        return count;
    }

    private void Note(byte one)
    {
        if (_read < _frame.Length)
        {
            _frame[_read] = one;
        }

        if (_read++ == TypeAt && !_hasRead)
        {
            (_hasRead, IsHttp2) = (true, one == SettingsFrame);
        }

        if (_read < HeaderBytes || _read < HeaderBytes + ((_frame[0] << 16) | (_frame[1] << 8) | _frame[2]))
        {
            return;
        }

        if (_frame[TypeAt] == ResetFrame)
        {
            Reset = BinaryPrimitives.ReadUInt32BigEndian(_frame.AsSpan(HeaderBytes));
        }

        _read = 0;
    }
}
