using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Coppice.Configuration;
using Coppice.Objects;
using YamlDotNet.RepresentationModel;

namespace Coppice.Commands.Hosting;

/// <summary>The cluster's API as its administrator, by the kubeconfig in the data directory.</summary>
internal sealed class ClusterApi : IDisposable
{
    private readonly HttpClient http;

    private ClusterApi(Uri server, SocketsHttpHandler handler, TimeSpan timeout) =>
        http = new HttpClient(handler) { BaseAddress = server, Timeout = timeout };

    public Uri Server => http.BaseAddress!;

    /// <param name="timeout">For each question.</param>
    /// <exception cref="UserErrorException">There is no kubeconfig, or it cannot be read.</exception>
    public static async Task<ClusterApi> OpenAsync(DataLayout layout, TimeSpan timeout, CancellationToken stop)
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(await KubeconfigCommand.ReadAsync(layout, stop)));
        var root = yaml.Documents[0].RootNode;
        var cluster = root["clusters"][0]["cluster"];
        var user = root["users"][0]["user"];
        var authority = X509Certificate2.CreateFromPem(Pem(cluster, "certificate-authority-data"));
        using var pem = X509Certificate2.CreateFromPem(Pem(user, "client-certificate-data"), Pem(user, "client-key-data"));
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            SslOptions = new SslClientAuthenticationOptions
            {
                ClientCertificates = [X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null)],
                RemoteCertificateValidationCallback = (_, shown, _, errors) => errors is SslPolicyErrors.None or SslPolicyErrors.RemoteCertificateChainErrors && IsIssuedBy(authority, shown),
            },
        };
        return new ClusterApi(new Uri(cluster["server"].ToString()), handler, timeout);
    }

    /// <summary>Whether it says that it is ready; false while it cannot be reached.</summary>
    public async Task<bool> IsReadyAsync(CancellationToken stop)
    {
        try
        {
            using var answer = await http.GetAsync("/readyz", stop);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception away) when (away is HttpRequestException or TaskCanceledException && !stop.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <param name="path">Such as /api/v1/pods</param>
    /// <exception cref="HttpRequestException">It cannot be reached, or refused.</exception>
    public async Task<IReadOnlyList<T>> ListAsync<T>(string path, CancellationToken stop) where T : KubernetesObject
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        using var answer = await http.SendAsync(request, stop);
        answer.EnsureSuccessStatusCode();
        using var document = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(stop));
        return [.. document.RootElement.GetProperty("items").EnumerateArray().Select(ApiJson.Read<T>)];
    }

    public void Dispose() => http.Dispose();

    private static bool IsIssuedBy(X509Certificate2 authority, X509Certificate? shown)
    {
        if (shown is null) return false;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(new X509Certificate2(shown));
    }

    private static string Pem(YamlNode node, string key) => Encoding.UTF8.GetString(Convert.FromBase64String(node[key].ToString()));
}
