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
    public CertificateAuthority Authority { get; } = LoadAuthority(layout, "ca", time);

    /// <summary>
    /// Signs the front proxy's certificate and no other: who serves other parts of the API believes whoever shows one of these, and must
    /// not believe every user who has a certificate.
    /// </summary>
    public CertificateAuthority FrontProxyAuthority { get; } = LoadAuthority(layout, "front-proxy-ca", time);

    public ServiceAccountTokens Tokens { get; } =
        new(ReadOrMake(Path.Combine(layout.Keys, "service-accounts.key"), ServiceAccountTokens.CreateKeyPem), time);

    /// <summary>
    /// A certificate of the server, anew at each start: it costs a millisecond, never expires on a running server for long, and follows
    /// the node's address.
    /// </summary>
    public X509Certificate2 IssueServer(IPAddress node, IPAddress service, string domain)
    {
        var issued = Authority.IssueServer(
            ["localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc", $"kubernetes.default.svc.{domain}", Dns.GetHostName()],
            [IPAddress.Loopback, IPAddress.IPv6Loopback, node, service]);
        return X509Certificate2.CreateFromPem(issued.CertificatePem, issued.KeyPem);
    }

    /// <summary>A certificate of the node's own endpoint, anew at each start like the server's.</summary>
    public X509Certificate2 IssueNode(string name, IPAddress address)
    {
        var issued = Authority.IssueServer([name], [address]);
        return X509Certificate2.CreateFromPem(issued.CertificatePem, issued.KeyPem);
    }

    /// <summary>What the API server shows to the agents of nodes, under the name that Kubernetes' has.</summary>
    public X509Certificate2 IssueAgentClient() => IssueClient("kube-apiserver-kubelet-client", Users.Masters);

    /// <summary>What the API server shows to those who serve other parts of the API, anew at each start.</summary>
    public X509Certificate2 IssueFrontProxy()
    {
        var issued = FrontProxyAuthority.IssueClient(PublishedAuthentication.FrontProxy);
        return X509Certificate2.CreateFromPem(issued.CertificatePem, issued.KeyPem);
    }

    /// <summary>What a component shows to the API server, with its key, which is nowhere else.</summary>
    public X509Certificate2 IssueClient(string user, params IReadOnlyList<string> groups)
    {
        var issued = Authority.IssueClient(user, groups);
        return X509Certificate2.CreateFromPem(issued.CertificatePem, issued.KeyPem);
    }

    /// <summary>Writes a kubeconfig for the administrator of this machine.</summary>
    /// <returns>False if the disk would not take it: the one of an earlier start stays, which is good while the port is the same.</returns>
    public bool WriteKubeconfig(int port)
    {
        var admin = Authority.IssueClient("kubernetes-admin", Users.Masters);
        return SettingsFile.Replace(layout.AdminKubeconfig, $"""
            apiVersion: v1
            kind: Config
            clusters:
            - name: coppice
              cluster:
                server: https://127.0.0.1:{port}
                certificate-authority-data: {Base64(Authority.CertificatePem)}
            users:
            - name: kubernetes-admin
              user:
                client-certificate-data: {Base64(admin.CertificatePem)}
                client-key-data: {Base64(admin.KeyPem)}
            contexts:
            - name: coppice
              context:
                cluster: coppice
                user: kubernetes-admin
            current-context: coppice

            """);
    }

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
