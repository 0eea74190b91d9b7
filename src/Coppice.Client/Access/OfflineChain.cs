using System.Security.Cryptography.X509Certificates;

namespace Coppice.Client;

/// <summary>
/// How the certificates of others are held against authorities: with what is at hand. A certificate may name addresses of its issuer, of
/// revocation lists and of responders; whoever made it would choose where this machine sends requests, and how long we wait for answers.
/// </summary>
public static class OfflineChain
{
    /// <param name="authorities">Those that are trusted, and no others. None where whoever is at the other end is not checked.</param>
    public static X509ChainPolicy PolicyOf(params IEnumerable<X509Certificate2> authorities)
    {
        var policy = Unasked(X509ChainTrustMode.CustomRootTrust);
        foreach (var authority in authorities)
        {
            policy.CustomTrustStore.Add(authority);
        }

        return policy;
    }

    /// <summary>Trusts whom this machine trusts.</summary>
    public static X509ChainPolicy SystemPolicy() => Unasked(X509ChainTrustMode.System);

    private static X509ChainPolicy Unasked(X509ChainTrustMode trust) =>
        new() { TrustMode = trust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
}
