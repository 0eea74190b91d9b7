using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Coppice.ApiServer.Tests.Http;

/// <summary>A container that answers every request with the same bytes, whatever they are, and hangs up.</summary>
internal sealed class OddBackend : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Task _serving;
    private readonly StringBuilder _asked = new();

    /// <param name="answer">Each character is a byte.</param>
    public OddBackend(string answer)
    {
        _listener.Start();
        _serving = ServeAsync(Encoding.Latin1.GetBytes(answer));
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>What was asked last, each byte a character.</summary>
    public string Asked => _asked.ToString();

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _serving;
    }

    private async Task ServeAsync(byte[] answer)
    {
        var buffer = new byte[64 * 1024];
        while (true)
        {
            try
            {
                using var client = await _listener.AcceptTcpClientAsync();
                _asked.Clear();
                while (!_asked.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await client.GetStream().ReadAsync(buffer) is > 0 and var count)
                {
                    _asked.Append(Encoding.Latin1.GetString(buffer, 0, count));
                }

                await client.GetStream().WriteAsync(answer);
            }
            catch (Exception ended) when (ended is SocketException or InvalidOperationException)
            {
                // Stopped: while it waited, or before it came to wait again.
                return;
            }
            catch (IOException)
            {
                // The proxy has had enough.
            }
        }
    }
}
