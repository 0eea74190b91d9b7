using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Coppice.ApiServer.Tests.Http;

/// <summary>A connection of HTTP/1.1 over which any bytes can be sent, as an administrator: what no client library would say.</summary>
internal sealed class RawConnection : IAsyncDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    private readonly SslStream _tls;
    private readonly byte[] _buffer = new byte[64 * 1024];

    private RawConnection(SslStream tls) => _tls = tls;

    /// <summary>Whether the next request may follow the last answer.</summary>
    public bool IsReusable { get; private set; } = true;

    public static async Task<RawConnection> OpenAsync(ServedApi api)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync("127.0.0.1", api.Address.Port);
        var tls = new SslStream(new NetworkStream(socket, ownsSocket: true), false, (_, _, _, _) => true);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", ClientCertificates = [api.AdminCertificate] });
        return new(tls);
    }

    /// <summary>Sends what each character of a text is as a byte, and reads the answer: of one without a length only the beginning.</summary>
    public async Task<RawAnswer> SendAsync(string request)
    {
        await _tls.WriteAsync(Encoding.Latin1.GetBytes(request));
        var text = new StringBuilder();
        var end = -1;
        while (end < 0)
        {
            await ReadAsync(text);
            end = text.ToString().IndexOf("\r\n\r\n", StringComparison.Ordinal);
        }

        var head = text.ToString(0, end).Split("\r\n");
        var headers = head.Skip(1).Select(line => line.Split(": ", 2)).ToLookup(pair => pair[0], pair => pair[1], StringComparer.OrdinalIgnoreCase);
        var code = int.Parse(head[0].Split(' ')[1], CultureInfo.InvariantCulture);
        IsReusable = !headers.Contains("Transfer-Encoding") && !headers["Connection"].Contains("close") && code != 101;
        var length = headers["Content-Length"].Select(text => int.Parse(text, CultureInfo.InvariantCulture)).FirstOrDefault();
        while (!request.StartsWith("HEAD ", StringComparison.Ordinal) && code is not (204 or 304) && text.Length < end + 4 + length)
        {
            await ReadAsync(text);
        }

        return new(code, headers, text.ToString(end + 4, text.Length - end - 4));
    }

    /// <summary>Sends a text when HTTP has been left, and reads what comes of it.</summary>
    public async Task<string> ExchangeAsync(string text)
    {
        await _tls.WriteAsync(Encoding.Latin1.GetBytes(text));
        var answer = new StringBuilder();
        await ReadAsync(answer);
        return answer.ToString();
    }

    public ValueTask DisposeAsync() => _tls.DisposeAsync();

    private async Task ReadAsync(StringBuilder text)
    {
        var count = await _tls.ReadAsync(_buffer).AsTask().WaitAsync(Soon);
        Assert.True(count > 0, $"the server hung up after: {text}");
        text.Append(Encoding.Latin1.GetString(_buffer, 0, count));
    }
}

/// <param name="Body">Each byte as a character.</param>
internal sealed record RawAnswer(int Code, ILookup<string, string> Headers, string Body);
