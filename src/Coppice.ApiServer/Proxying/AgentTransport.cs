using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Coppice.Client;

namespace Coppice.ApiServer.Proxying;

/// <summary>How TLS is spoken with those that requests are handed on to.</summary>
internal static class AgentTransport
{
    /// <summary>With pods and services, as Kubernetes does: who asks by address has no name that a certificate could be of.</summary>
    public static void TrustAnybody(SslClientAuthenticationOptions tls)
    {
        tls.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        tls.CertificateChainPolicy = OfflineChain.PolicyOf();
    }

    /// <summary>With agents of nodes: both sides show certificates of the cluster's authority.</summary>
    public static void Configure(SslClientAuthenticationOptions tls, X509Certificate2 authority, RenewedCertificate? own)
    {
        tls.CertificateChainPolicy = OfflineChain.PolicyOf(authority);
        own?.ShowBy(tls);
    }
}
