using System.Formats.Asn1;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Coppice.Client;

namespace Coppice.ApiServer.Webhooks;

/// <summary>Whether somebody at the other end of TLS is who was meant, and if not why, in the words of Go's x509 package.</summary>
internal static class ServerTrust
{
    private const string SubjectAlternativeNames = "2.5.29.17";

    /// <summary>Requires a certificate for the name, signed by one of the bundle.</summary>
    /// <param name="bundle">As PEM; empty for those whom the machine trusts.</param>
    public static void Require(SslClientAuthenticationOptions tls, ReadOnlySpan<byte> bundle)
    {
        var authorities = new X509Certificate2Collection();
        if (!bundle.IsEmpty)
        {
            authorities.ImportFromPem(Encoding.UTF8.GetString(bundle));
        }

        tls.CertificateChainPolicy = bundle.IsEmpty ? OfflineChain.SystemPolicy() : OfflineChain.PolicyOf(authorities);
        tls.RemoteCertificateValidationCallback = (stream, certificate, chain, problems) =>
            Problem(certificate as X509Certificate2, chain, problems, (stream as SslStream)?.TargetHostName ?? "") is not { } problem
                ? true
                : throw new AuthenticationException($"tls: failed to verify certificate: x509: {problem}");
    }

    private static string? Problem(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors problems, string host) =>
        certificate is null ? "no certificate"
        : Names(certificate) is not { } names ? "certificate relies on legacy Common Name field, use SANs instead"
        : problems.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors) ? OfChain(certificate, chain!)
        : problems.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) ? $"certificate is {names}, not {host}"
        : null;

    private static string OfChain(X509Certificate2 certificate, X509Chain chain)
    {
        var why = chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, one) => all | one.Status);
        return why.HasFlag(X509ChainStatusFlags.NotTimeValid)
            ? $"certificate has expired or is not yet valid: it is good from {certificate.NotBefore.ToUniversalTime():yyyy-MM-ddTHH:mm:ssZ} to {certificate.NotAfter.ToUniversalTime():yyyy-MM-ddTHH:mm:ssZ}"
            : "certificate signed by unknown authority";
    }

    /// <summary>Null where the certificate says no names in the place for them: what is in its subject is not for that.</summary>
    private static string? Names(X509Certificate2 certificate)
    {
        if (certificate.Extensions.FirstOrDefault(one => one.Oid?.Value == SubjectAlternativeNames) is not { } extension)
        {
            return null;
        }

        try
        {
            var names = new X509SubjectAlternativeNameExtension(extension.RawData);
            List<string> all = [.. names.EnumerateDnsNames(), .. names.EnumerateIPAddresses().Select(address => address.ToString())];
            return all.Count == 0 ? "not valid for any names" : $"valid for {string.Join(", ", all)}";
        }
        catch (Exception e) when (e is CryptographicException or AsnContentException)
        {
            return null;
        }
    }
}
