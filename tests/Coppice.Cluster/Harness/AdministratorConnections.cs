using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.RegularExpressions;

namespace Coppice.Cluster.Harness;

/// <summary>Connections to a cluster's API from inside its network, as its administrator: for clients that are not kubectl.</summary>
internal static partial class AdministratorConnections
{
    private const string Api = "127.0.0.1:6443";

    /// <summary>A WebSocket of the API, open.</summary>
    /// <param name="path">With its query: "/api/v1/pods?watch=true".</param>
    /// <param name="protocol">Null to name none.</param>
    public static async Task<ClientWebSocket> OpenSocketAsync(this RunningCluster cluster, string path, string? protocol)
    {
        var socket = new ClientWebSocket();
        if (protocol is not null)
        {
            socket.Options.AddSubProtocol(protocol);
        }

        using var connections = new HttpMessageInvoker(await HandlerAsync(cluster));
        await socket.ConnectAsync(new Uri($"wss://{Api}{path}"), connections, CancellationToken.None);
        return socket;
    }

    /// <summary>A client of the API; paths are relative to it.</summary>
    public static async Task<HttpClient> OpenHttpAsync(this RunningCluster cluster) => new(await HandlerAsync(cluster)) { BaseAddress = new Uri($"https://{Api}") };

    private static async Task<SocketsHttpHandler> HandlerAsync(RunningCluster cluster)
    {
        var user = await File.ReadAllTextAsync(cluster.Folders.Kubeconfig);
        var handler = cluster.Network.NewHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        handler.SslOptions.ClientCertificates = [X509Certificate2.CreateFromPem(PemOf("client-certificate-data"), PemOf("client-key-data"))];
        return handler;

        string PemOf(string name) => Encoding.ASCII.GetString(Convert.FromBase64String(
            Entry().Matches(user).Single(entry => entry.Groups[1].Value == name).Groups[2].Value));
    }

    [GeneratedRegex(@"([a-z-]+-data): *(\S+)")]
    private static partial Regex Entry();
}
