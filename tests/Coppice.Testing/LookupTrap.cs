using System.Formats.Asn1;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Coppice.Testing;

/// <summary>
/// A certificate by nobody in particular that names a port of this machine as the place of its issuer, of its revocation list and of a
/// responder; whoever looks there is counted, and never answered.
/// </summary>
public sealed class LookupTrap : IDisposable
{
    private readonly TcpListener _named = new(IPAddress.Loopback, 0);
    private readonly TcpListener _served = new(IPAddress.Loopback, 0);
    private readonly List<Socket> _visitors = [];
    private int _visits;

    public LookupTrap()
    {
        _named.Start();
        _ = CountAsync();
        Certificate = Make($"http://127.0.0.1:{((IPEndPoint)_named.LocalEndpoint).Port}/");
    }

    /// <summary>Good for a server and a client, as far as that is for the certificate to say.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>How often somebody came to look.</summary>
    public int Visits => Volatile.Read(ref _visits);

    /// <summary>Shows the certificate without looking anything up at our own end.</summary>
    public SslStreamCertificateContext Context => SslStreamCertificateContext.Create(Certificate, null, offline: true);

    /// <summary>Serves HTTPS under the certificate; every request is answered "ok".</summary>
    /// <returns>The port.</returns>
    public int Serve()
    {
        _served.Start();
        _ = ServeAsync();
        return ((IPEndPoint)_served.LocalEndpoint).Port;
    }

    public void Dispose()
    {
        _named.Stop();
        _served.Stop();
        lock (_visitors)
        {
            _visitors.ForEach(visitor => visitor.Dispose());
        }

        Certificate.Dispose();
    }

    private async Task CountAsync()
    {
        try
        {
            while (true)
            {
                var visitor = await _named.AcceptSocketAsync();
                Interlocked.Increment(ref _visits);
                lock (_visitors)
                {
                    _visitors.Add(visitor);
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                await using var tls = new SslStream(new NetworkStream(await _served.AcceptSocketAsync(), ownsSocket: true));
                await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificateContext = Context });
                using var reader = new StreamReader(tls, leaveOpen: true);
                while (await reader.ReadLineAsync() is { Length: > 0 })
                {
                }

                await tls.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"u8.ToArray());
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or IOException)
        {
            // The test is over.
        }
    }

    private static X509Certificate2 Make(string address)
    {
        using var issuer = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=stranger, O=system:masters", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509AuthorityInformationAccessExtension([address + "ocsp"], [address + "issuer.crt"]));
        request.CertificateExtensions.Add(new X509Extension(new Oid("2.5.29.31"), RevocationListAt(address + "list.crl"), false));
        var now = TimeProvider.System.GetUtcNow();
        using var made = request.Create(
            new X500DistinguishedName("CN=coppice-ca"), X509SignatureGenerator.CreateForECDsa(issuer), now.AddDays(-1), now.AddDays(1), [1]);
        return made.CopyWithPrivateKey(key);
    }

    /// <summary>The extension's value (RFC 5280, 4.2.1.13) with one place.</summary>
    private static byte[] RevocationListAt(string address)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        using (writer.PushSequence())
        using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
        using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
        {
            writer.WriteCharacterString(UniversalTagNumber.IA5String, address, new Asn1Tag(TagClass.ContextSpecific, 6));
        }

        return writer.Encode();
    }
}
