using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Coppice.Client;

namespace Coppice.ApiServer.Authentication;

/// <summary>
/// The cluster's own authority: it signs the server's certificate and those of users, whose common name is the user and whose
/// organisations are its groups. Its key and every key it makes are ECDSA P-256.
/// </summary>
public sealed class CertificateAuthority : IDisposable
{
    private static readonly TimeSpan AuthorityLifetime = TimeSpan.FromDays(3650);
    private static readonly TimeSpan CertificateLifetime = TimeSpan.FromDays(365);

    private readonly X509Certificate2 _certificate;
    private readonly TimeProvider _time;

    private CertificateAuthority(X509Certificate2 certificate, TimeProvider time)
    {
        _certificate = certificate;
        _time = time;
    }

    /// <summary>The public certificate, which clients need.</summary>
    public X509Certificate2 Certificate => _certificate;

    public string CertificatePem => _certificate.ExportCertificatePem();

    public string KeyPem => KeyOf(_certificate);

    public static CertificateAuthority Create(TimeProvider time)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=coppice-ca", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign | X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        var now = time.GetUtcNow();
        return new(request.CreateSelfSigned(now - RenewedCertificate.Backdated, now + AuthorityLifetime), time);
    }

    public static CertificateAuthority Load(string certificatePem, string keyPem, TimeProvider time) =>
        new(X509Certificate2.CreateFromPem(certificatePem, keyPem), time);

    /// <summary>A certificate for the server, good for the names and addresses it is reached by.</summary>
    public IssuedCertificate IssueServer(IReadOnlyList<string> names, IReadOnlyList<IPAddress> addresses)
    {
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
        {
            alternatives.AddDnsName(name);
        }

        foreach (var address in addresses)
        {
            alternatives.AddIpAddress(address);
        }

        return Issue(new X500DistinguishedName("CN=coppice"), "1.3.6.1.5.5.7.3.1", alternatives.Build());
    }

    public IssuedCertificate IssueClient(string user, params IReadOnlyList<string> groups)
    {
        var name = new X500DistinguishedNameBuilder();
        foreach (var group in groups)
        {
            name.AddOrganizationName(group);
        }

        name.AddCommonName(user);
        return Issue(name.Build(), "1.3.6.1.5.5.7.3.2", null);
    }

    /// <summary>
    /// A certificate for what somebody else asks for with a key of their own: for the usages that are asked for, for as long as is wished
    /// but no longer than a year, and never for an authority.
    /// </summary>
    /// <param name="usages">In the words of Kubernetes' requests, as "client auth".</param>
    public string Sign(SigningRequest asked, IReadOnlyList<string> usages, TimeSpan? lifetime)
    {
        var request = new CertificateRequest(asked.Name, asked.PublicKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_certificate, true, false));
        foreach (var extension in CertificateUsages.Of(usages))
        {
            request.CertificateExtensions.Add(extension);
        }

        if (asked.AlternativeNames is { } names)
        {
            request.CertificateExtensions.Add(names);
        }

        var now = _time.GetUtcNow();
        var end = now + (lifetime < CertificateLifetime ? lifetime.Value : CertificateLifetime);
        using var key = _certificate.GetECDsaPrivateKey() ?? throw new CryptographicException("the authority's key is missing");
        using var certificate = request.Create(
            _certificate.SubjectName,
            X509SignatureGenerator.CreateForECDsa(key),
            now - RenewedCertificate.Backdated,
            end < _certificate.NotAfter ? end : _certificate.NotAfter,
            SerialNumber());
        return certificate.ExportCertificatePem() + "\n";
    }

    public void Dispose() => _certificate.Dispose();

    private IssuedCertificate Issue(X500DistinguishedName subject, string usage, X509Extension? alternatives)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], false));
        if (alternatives is not null)
        {
            request.CertificateExtensions.Add(alternatives);
        }

        var now = _time.GetUtcNow();
        using var certificate = request.Create(_certificate, now - RenewedCertificate.Backdated, now + CertificateLifetime, SerialNumber());
        return new(certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem(), certificate.NotAfter.ToUniversalTime());
    }

    private static byte[] SerialNumber()
    {
        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] &= 0x7f;
        return serial;
    }

    private static string KeyOf(X509Certificate2 certificate)
    {
        using var key = certificate.GetECDsaPrivateKey() ?? throw new CryptographicException("the authority's key is missing");
        return key.ExportPkcs8PrivateKeyPem();
    }
}

/// <param name="NotAfter">When it ceases to be valid, in UTC.</param>
public sealed record IssuedCertificate(string CertificatePem, string KeyPem, DateTimeOffset NotAfter);
