using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Coppice.Node.Tests.Probes;

/// <summary>A server that speaks just enough HTTP/2 to give one answer to whoever asks how it is.</summary>
internal sealed class HealthServer : IDisposable
{
    private const int PrefaceLength = 24;
    private const byte Data = 0, HeadersFrame = 1, Reset = 3, Settings = 4;
    private const byte EndStream = 1, Acknowledged = 1, EndHeaders = 4;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private TcpClient? _client;

    public HealthServer()
    {
        _listener.Start();
        _ = ServeAsync();
    }

    public (string Name, string Value)[] Headers { get; init; } = [(":status", "200"), ("content-type", "application/grpc")];

    public byte[] Body { get; init; } = [];

    /// <summary>Without any, the answer ends with its headers.</summary>
    public (string Name, string Value)[] Trailers { get; init; } = [];

    /// <summary>It takes the question, and says nothing.</summary>
    public bool IsSilent { get; init; }

    /// <summary>It hangs up when it is asked.</summary>
    public bool HangsUp { get; init; }

    /// <summary>It breaks the connection off when it has been asked and nothing more will be sent, which would take the blame.</summary>
    public bool Resets { get; init; }

    /// <summary>It ends the call with this error; null for one that it answers.</summary>
    public uint? Error { get; init; }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public void Dispose()
    {
        _listener.Dispose();
        _client?.Dispose();
    }

    private async Task ServeAsync()
    {
        _client = await _listener.AcceptTcpClientAsync();
        var stream = _client.GetStream();
        await stream.ReadExactlyAsync(new byte[PrefaceLength]);
        await WriteAsync(stream, Settings, 0, 0, []);
        var header = new byte[9];
        var (isKnown, isAsked) = (false, false);
        while (true)
        {
            await stream.ReadExactlyAsync(header);
            var (type, flags, id) = (header[3], header[4], BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(5)));
            await stream.ReadExactlyAsync(new byte[(header[0] << 16) | (header[1] << 8) | header[2]]);
            if (type == Settings && flags != Acknowledged)
            {
                await WriteAsync(stream, Settings, Acknowledged, 0, []);
            }
            else if (type == HeadersFrame && HangsUp)
            {
                // What comes still is read on: a socket that is closed before that resets the connection.
                _client.Client.Shutdown(SocketShutdown.Send);
            }
            else if (Resets)
            {
                (isKnown, isAsked) = (isKnown || type == Settings, isAsked || (type == Data && flags == EndStream));
                if (isKnown && isAsked)
                {
                    _client.LingerState = new LingerOption(true, 0);
                    _client.Client.Close();
                    return;
                }
            }
            else if (type == HeadersFrame && Error is { } error)
            {
                var code = new byte[sizeof(uint)];
                BinaryPrimitives.WriteUInt32BigEndian(code, error);
                await WriteAsync(stream, Reset, 0, id, code);
            }
            else if (type == HeadersFrame && !IsSilent)
            {
                await WriteAsync(stream, HeadersFrame, (byte)(EndHeaders | (Trailers.Length == 0 ? EndStream : 0)), id, Packed(Headers));
                if (Trailers.Length > 0)
                {
                    await WriteAsync(stream, Data, 0, id, Body);
                    await WriteAsync(stream, HeadersFrame, EndHeaders | EndStream, id, Packed(Trailers));
                }
            }
        }
    }

    /// <summary>As HPACK has them that are neither known nor to be remembered.</summary>
    private static byte[] Packed(IEnumerable<(string Name, string Value)> headers) =>
        [.. headers.SelectMany(one => (byte[])[0, (byte)one.Name.Length, .. Encoding.ASCII.GetBytes(one.Name), (byte)one.Value.Length, .. Encoding.ASCII.GetBytes(one.Value)])];

    private static async Task WriteAsync(NetworkStream stream, byte type, byte flags, int id, byte[] payload)
    {
        var frame = new byte[9 + payload.Length];
        (frame[1], frame[2], frame[3], frame[4]) = ((byte)(payload.Length >> 8), (byte)payload.Length, type, flags);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), id);
        payload.CopyTo(frame, 9);
        await stream.WriteAsync(frame);
    }
}
