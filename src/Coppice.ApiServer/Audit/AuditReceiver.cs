using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Coppice.ApiServer.Decoding;
using Coppice.ApiServer.Webhooks;
using Coppice.Client;

namespace Coppice.ApiServer.Audit;

/// <summary>Who is told of requests, and what is shown to them: read from a kubeconfig, as Kubernetes does.</summary>
/// <param name="Url">Where events are posted.</param>
/// <param name="Authority">As PEM, who may have signed their certificate; empty for whom the machine trusts.</param>
/// <param name="TrustsAnybody">Their certificate is not looked at.</param>
/// <param name="Certificate">What is shown to them; null for none.</param>
/// <param name="Authorization">The header; null for none.</param>
public sealed record AuditReceiver(
    Uri Url, ReadOnlyMemory<byte> Authority, bool TrustsAnybody, X509Certificate2? Certificate, AuthenticationHeaderValue? Authorization)
{
    /// <exception cref="FormatException">It cannot be used; the message says why.</exception>
    public static AuditReceiver Parse(string text, string file)
    {
        var config = ConfigurationFile.Read(text, file, AuditJsonContext.Default.Kubeconfig);
        var context = config.Contexts.FirstOrDefault(one => one.Name == config.CurrentContext)?.Context
            ?? throw new FormatException($"{file}: there is no context {config.CurrentContext ?? "\"\""}");
        var cluster = config.Clusters.FirstOrDefault(one => one.Name == context.Cluster)?.Cluster
            ?? throw new FormatException($"{file}: there is no cluster {context.Cluster ?? "\"\""}");
        var user = config.Users.FirstOrDefault(one => one.Name == context.User)?.User ?? new();
        if (!Uri.TryCreate(cluster.Server, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            throw new FormatException($"{file}: the server {cluster.Server} of cluster {context.Cluster} is no URL");
        }

        try
        {
            var beside = Path.GetDirectoryName(Path.GetFullPath(file))!;
            return new(
                url,
                BytesOf(cluster.CertificateAuthorityData, cluster.CertificateAuthority, beside),
                cluster.InsecureSkipTlsVerify,
                CertificateOf(user, beside),
                AuthorizationOf(user, beside));
        }
        catch (Exception wrong) when (wrong is IOException or CryptographicException or UnauthorizedAccessException)
        {
            throw new FormatException($"{file}: {wrong.Message}", wrong);
        }
    }

    internal HttpMessageInvoker Connect()
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false, ActivityHeadersPropagator = null };
        if (TrustsAnybody)
        {
            handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        }
        else
        {
            ServerTrust.Require(handler.SslOptions, Authority.Span);
        }

        if (Certificate is not null)
        {
            handler.SslOptions.ClientCertificates = [Certificate];
        }

        return new HttpMessageInvoker(handler);
    }

    private static byte[] BytesOf(string? data, string? path, string beside) =>
        !string.IsNullOrEmpty(data) ? Convert.FromBase64String(data)
        : !string.IsNullOrEmpty(path) ? File.ReadAllBytes(Path.Combine(beside, path))
        : [];

    private static X509Certificate2? CertificateOf(KubeconfigUser user, string beside)
    {
        var certificate = BytesOf(user.ClientCertificateData, user.ClientCertificate, beside);
        return certificate.Length == 0
            ? null
            : X509Certificate2.CreateFromPem(Encoding.UTF8.GetString(certificate), Encoding.UTF8.GetString(BytesOf(user.ClientKeyData, user.ClientKey, beside)));
    }

    private static AuthenticationHeaderValue? AuthorizationOf(KubeconfigUser user, string beside) =>
        !string.IsNullOrEmpty(user.TokenFile) ? new("Bearer", File.ReadAllText(Path.Combine(beside, user.TokenFile)).Trim())
        : !string.IsNullOrEmpty(user.Token) ? new("Bearer", user.Token)
        : !string.IsNullOrEmpty(user.Username) ? new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user.Username}:{user.Password}")))
        : null;
}

/// <summary>A kubeconfig, as far as it says how to reach a server.</summary>
internal sealed record Kubeconfig
{
    public string? ApiVersion { get; init; }

    public string? Kind { get; init; }

    /// <summary>Nothing of it is used.</summary>
    public JsonElement? Preferences { get; init; }

    [JsonPropertyName("current-context")]
    public string? CurrentContext { get; init; }

    public IReadOnlyList<NamedCluster> Clusters { get => field ?? []; init; }

    public IReadOnlyList<NamedUser> Users { get => field ?? []; init; }

    public IReadOnlyList<NamedContext> Contexts { get => field ?? []; init; }
}

internal sealed record NamedCluster(string? Name, KubeconfigCluster? Cluster);

internal sealed record NamedUser(string? Name, KubeconfigUser? User);

internal sealed record NamedContext(string? Name, KubeconfigContext? Context);

internal sealed record KubeconfigCluster
{
    public string? Server { get; init; }

    [JsonPropertyName("certificate-authority")]
    public string? CertificateAuthority { get; init; }

    [JsonPropertyName("certificate-authority-data")]
    public string? CertificateAuthorityData { get; init; }

    [JsonPropertyName("insecure-skip-tls-verify")]
    public bool InsecureSkipTlsVerify { get; init; }
}

internal sealed record KubeconfigContext
{
    public string? Cluster { get; init; }

    public string? User { get; init; }

    /// <summary>Nothing of it is used.</summary>
    public string? Namespace { get; init; }
}

internal sealed record KubeconfigUser
{
    [JsonPropertyName("client-certificate")]
    public string? ClientCertificate { get; init; }

    [JsonPropertyName("client-certificate-data")]
    public string? ClientCertificateData { get; init; }

    [JsonPropertyName("client-key")]
    public string? ClientKey { get; init; }

    [JsonPropertyName("client-key-data")]
    public string? ClientKeyData { get; init; }

    public string? Token { get; init; }

    public string? TokenFile { get; init; }

    public string? Username { get; init; }

    public string? Password { get; init; }
}
