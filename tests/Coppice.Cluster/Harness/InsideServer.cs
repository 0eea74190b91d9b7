using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Coppice.Cluster.Harness;

/// <summary>What somebody asks a server that a test answers for.</summary>
/// <param name="Path">With its query.</param>
/// <param name="Connection">Behind the request, to answer on.</param>
internal sealed record InsideRequest(string Path, IReadOnlyDictionary<string, string> Headers, string Body, Stream Connection)
{
    /// <param name="json">Null for nothing of that path.</param>
    public Task AnswerAsync(string? json)
    {
        var text = json ?? "{}";
        return WriteAsync(
            $"HTTP/1.1 {(json is null ? "404 Not Found" : "200 OK")}\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(text)}\r\nConnection: close\r\n\r\n{text}");
    }

    public async Task WriteAsync(string text)
    {
        await Connection.WriteAsync(Encoding.UTF8.GetBytes(text));
        await Connection.FlushAsync();
    }
}

/// <summary>HTTPS on a cluster's machine, as somebody would run it there: by a certificate of its own, and answered by a test.</summary>
internal sealed class InsideServer : IAsyncDisposable
{
    private readonly Socket _door;
    private readonly X509Certificate2 _certificate;
    private readonly Func<InsideRequest, Task> _answer;
    private readonly Task _serving;

    private InsideServer(Socket door, X509Certificate2 certificate, Func<InsideRequest, Task> answer)
    {
        (_door, _certificate, _answer) = (door, certificate, answer);
        _serving = ServeAsync();
    }

    /// <summary>One for 127.0.0.1 that is its own authority.</summary>
    public static X509Certificate2 NewCertificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=inside", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var made = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));

        // TLS wants a key that is not only in this object.
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>Listens on all addresses of the machine.</summary>
    public static async Task<InsideServer> StartAsync(RunningCluster cluster, int port, X509Certificate2 certificate, Func<InsideRequest, Task> answer) =>
        new(await cluster.Network.ListenAsync(port), certificate, answer);

    public async ValueTask DisposeAsync()
    {
        _door.Dispose();
        await _serving;
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                var socket = await _door.AcceptAsync();
                _ = AnswerAsync(socket);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The door was closed.
        }
    }

    private async Task AnswerAsync(Socket socket)
    {
        try
        {
            await using var tls = new SslStream(new NetworkStream(socket, ownsSocket: true));
            await tls.AuthenticateAsServerAsync(_certificate);
            using var reader = new StreamReader(tls, Encoding.ASCII);
            var path = (await reader.ReadLineAsync() ?? "").Split(' ').ElementAtOrDefault(1) ?? "/";
            var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            while (await reader.ReadLineAsync() is { Length: > 0 } line)
            {
                headers[line[..line.IndexOf(':')]] = line[(line.IndexOf(':') + 1)..].Trim();
            }

            var body = new char[int.Parse(headers.GetValueOrDefault("Content-Length", "0"), System.Globalization.CultureInfo.InvariantCulture)];
            if (body.Length > 0)
            {
                // Of nothing, too, it would wait for something.
                await reader.ReadBlockAsync(body);
            }

            await _answer(new InsideRequest(path, headers, new string(body), tls));
        }
        catch (Exception e) when (e is IOException or System.Security.Authentication.AuthenticationException)
        {
            // Whoever asked has gone.
        }
    }
}
