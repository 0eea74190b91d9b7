using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Coppice.Objects;
using Coppice.Objects.Authentication;

namespace Coppice.Client;

/// <summary>Who shows a client certificate: common name and organisations, if the cluster's authority says so.</summary>
public static class ClientCertificate
{
    /// <summary>In a user's extra: which credential was shown.</summary>
    public const string CredentialKey = "authentication.kubernetes.io/credential-id";

    /// <summary>The group of all who are known.</summary>
    public const string Authenticated = "system:authenticated";

    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    /// <returns>Null if the certificate is not of this authority, not for clients, out of date, or names nobody.</returns>
    public static UserInfo? OwnerOf(X509Certificate2 certificate, X509Certificate2 authority, DateTimeOffset now)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy = OfflineChain.PolicyOf(authority);
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ClientAuthentication));
        chain.ChainPolicy.VerificationTime = now.UtcDateTime;
        if (!chain.Build(certificate) || CertificateSubject.Read(certificate.SubjectName) is not { CommonName.Length: > 0 } subject)
        {
            return null;
        }

        var credential = $"X509SHA256={Convert.ToHexStringLower(SHA256.HashData(certificate.RawData))}";
        return new()
        {
            Username = subject.CommonName,
            Uid = subject.Uid.Length == 0 ? null : subject.Uid,
            Groups = [.. subject.Organizations, Authenticated],
            Extra = ValueMap.Of<ValueList<string>>((CredentialKey, [credential])),
        };
    }
}
