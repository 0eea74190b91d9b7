using System.Net;
using System.Security.Cryptography.X509Certificates;
using Coppice.ApiServer.Authentication;
using Coppice.ApiServer.Requests;
using Coppice.Client;
using Coppice.Configuration;

namespace Coppice.Composition;

/// <summary>The cluster's keys on disk: made at the first start, read at later ones. Only their owner can read the files.</summary>
internal sealed class ClusterKeys(DataLayout layout, TimeProvider time)
{
    private const string Admin = "kubernetes-admin";

    public CertificateAuthority Authority { get; } = LoadAuthority(layout, "ca", time);

    /// <summary>
    /// Signs the front proxy's certificate and no other: who serves other parts of the API believes whoever shows one of these, and must
    /// not believe every user who has a certificate.
    /// </summary>
    public CertificateAuthority FrontProxyAuthority { get; } = LoadAuthority(layout, "front-proxy-ca", time);

    public ServiceAccountTokens Tokens { get; } =
        new(ReadOrMake(Path.Combine(layout.Keys, "service-accounts.key"), TokenKey.CreatePem), time);

    /// <summary>What the server shows, under the names and addresses that it is reached by: anew at each start, so that it follows the node's address.</summary>
    public RenewedCertificate Server(IReadOnlyList<IPAddress> node, IPAddress service, string domain) => Renewed(() => Authority.IssueServer(
        ["localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc", $"kubernetes.default.svc.{domain}", Dns.GetHostName()],
        [IPAddress.Loopback, IPAddress.IPv6Loopback, .. node, service]));

    /// <summary>What the node's own endpoint shows, anew at each start like the server's.</summary>
    public RenewedCertificate Node(string name, IPAddress address) => Renewed(() => Authority.IssueServer([name], [address]));

    /// <summary>What the API server shows to the agents of nodes, under the name that Kubernetes' has.</summary>
    public RenewedCertificate AgentClient() => Client("kube-apiserver-kubelet-client", Users.Masters);

    /// <summary>What the API server shows to those who serve other parts of the API, anew at each start.</summary>
    public RenewedCertificate FrontProxy() => Renewed(() => FrontProxyAuthority.IssueClient(PublishedAuthentication.FrontProxy));

    /// <summary>What a component shows to the API server, with its key, which is nowhere else.</summary>
    public RenewedCertificate Client(string user, params IReadOnlyList<string> groups) => Renewed(() => Authority.IssueClient(user, groups));

    /// <summary>The administrator of this machine.</summary>
    public X509Certificate2 IssueAdmin() => CertificateOf(Authority.IssueClient(Admin, Users.Masters));

    /// <summary>Writes a kubeconfig for the administrator of this machine.</summary>
    /// <param name="certificate">With its key.</param>
    /// <returns>False if the disk would not take it: the one of before stays, which is good while the port is the same.</returns>
    public bool WriteKubeconfig(X509Certificate2 certificate, int port)
    {
        using var key = certificate.GetECDsaPrivateKey()!;
        return SettingsFile.Replace(layout.AdminKubeconfig, $"""
            apiVersion: v1
            kind: Config
            clusters:
            - name: coppice
              cluster:
                server: https://127.0.0.1:{port}
                certificate-authority-data: {Base64(Authority.CertificatePem)}
            users:
            - name: {Admin}
              user:
                client-certificate-data: {Base64(certificate.ExportCertificatePem())}
                client-key-data: {Base64(key.ExportPkcs8PrivateKeyPem())}
            contexts:
            - name: coppice
              context:
                cluster: coppice
                user: {Admin}
            current-context: coppice

            """);
    }

    private RenewedCertificate Renewed(Func<IssuedCertificate> issue) => new(() => CertificateOf(issue()), time);

    private static X509Certificate2 CertificateOf(IssuedCertificate issued) => X509Certificate2.CreateFromPem(issued.CertificatePem, issued.KeyPem);

    private static CertificateAuthority LoadAuthority(DataLayout layout, string name, TimeProvider time)
    {
        OwnFiles.MakePrivateDirectory(layout.Keys);
        var certificate = Path.Combine(layout.Keys, $"{name}.crt");
        var key = Path.Combine(layout.Keys, $"{name}.key");
        if (File.Exists(certificate) && File.Exists(key))
        {
            return CertificateAuthority.Load(File.ReadAllText(certificate), File.ReadAllText(key), time);
        }

        var authority = CertificateAuthority.Create(time);
        SettingsFile.Replace(key, authority.KeyPem);
        SettingsFile.Replace(certificate, authority.CertificatePem);
        return authority;
    }

    private static string ReadOrMake(string path, Func<string> make)
    {
        if (!File.Exists(path))
        {
            SettingsFile.Replace(path, make());
        }

        return File.ReadAllText(path);
    }

    private static string Base64(string text) => Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(text));
}
