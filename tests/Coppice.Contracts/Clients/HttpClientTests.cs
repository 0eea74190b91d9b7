using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Coppice.ApiServer;
using Coppice.ApiServer.Authentication;
using Coppice.Client;
using Coppice.Client.Http;
using Coppice.Web;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coppice.Contracts.Clients;

/// <summary>The client of other processes, with a certificate, to the real server over TLS on loopback.</summary>
public sealed class OverHttp : IClientUnderTest
{
    private readonly CertificateAuthority _authority = CertificateAuthority.Create(TimeProvider.System);
    private WebServer? _host;

    /// <summary>Whose certificates the server believes.</summary>
    public CertificateAuthority Authority => _authority;

    /// <summary>The cluster's users and their rights as they are in the server's process.</summary>
    public IAccessControl Access { get; private set; } = null!;

    private HttpApiClient? _client;

    public async ValueTask<IApiClient> OpenAsync(ApiVerbs verbs, ServiceAccountTokens tokens)
    {
        var parts = new PipelineParts(_authority, tokens, _ => null, [], "127.0.0.1:6443");
        var pipeline = new RequestPipeline(verbs, parts, TimeProvider.System, new Random(2), NullLogger.Instance);
        Access = pipeline.Access;
        var port = FreePort();
        var server = CertificateOf(_authority.IssueServer(["localhost"], [IPAddress.Loopback]));
        _host = await WebServer.StartAsync([new HttpsService(new HttpsPort(port, server), pipeline.HandleAsync)], TimeProvider.System, NullLoggerFactory.Instance, default);
        var options = new HttpApiOptions(new Uri($"https://127.0.0.1:{port}"), [_authority.Certificate])
        {
            Program = "test",
            ClientCertificate = CertificateOf(_authority.IssueClient("system:test", "system:masters")),
        };
        return _client = new HttpApiClient(options, TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }

        _authority.Dispose();
    }

    public static X509Certificate2 CertificateOf(IssuedCertificate issued)
    {
        using var pem = X509Certificate2.CreateFromPem(issued.CertificatePem, issued.KeyPem);
        return X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}

public sealed class OverHttpObjects : ObjectContract<OverHttp>;

public sealed class OverHttpListsAndWatches : ListAndWatchContract<OverHttp>;

public sealed class OverHttpSubresources : SubresourceContract<OverHttp>;

public sealed class OverHttpWrites : ObjectWriteContract<OverHttp>;
