using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Requests;
using Coppice.Client.Http;
using Coppice.Objects;

namespace Coppice.ApiServer.Authentication;

/// <summary>
/// Tells who asks: by a client certificate of our authority (common name and organisations), or by a token. Of two that are shown, one
/// that is good is enough.
/// </summary>
internal sealed class Authenticator(TokenOwners tokens, CertificateAuthority authority, TimeProvider time)
{
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    // A connection keeps its certificate object, so that a chain is built once a connection and not once a request.
    private readonly ConditionalWeakTable<X509Certificate2, CertificateOwner> _known = [];

    /// <param name="certificate">The client's; null for none.</param>
    /// <param name="authorization">The Authorization header, or null.</param>
    /// <exception cref="ApiError">Unauthorized: what was shown is not good.</exception>
    public async ValueTask<Requester> IdentifyAsync(X509Certificate2? certificate, string? authorization, CancellationToken stop)
    {
        if (certificate is not null && OfCertificate(certificate) is { } user)
        {
            return user;
        }

        if (string.IsNullOrEmpty(authorization))
        {
            return certificate is null ? Requester.Anonymous : throw ApiErrors.Unauthorized();
        }

        const string Bearer = "Bearer ";
        return authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
            && await tokens.FindAsync(authorization[Bearer.Length..].Trim(), TokenOwners.OurAudiences, stop) is { User: { } owner }
                ? owner
                : throw ApiErrors.Unauthorized();
    }

    /// <summary>Whose certificate it is; null if it is not of ours, not for clients or out of date.</summary>
    private Requester? OfCertificate(X509Certificate2 certificate) =>
        certificate.NotAfter.ToUniversalTime() > time.GetUtcNow().UtcDateTime ? _known.GetValue(certificate, OwnerOf).User : null;

    private CertificateOwner OwnerOf(X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy = OfflineChain.PolicyOf(authority.Certificate);
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ClientAuthentication));
        chain.ChainPolicy.VerificationTime = time.GetUtcNow().UtcDateTime;
        if (!chain.Build(certificate) || CertificateSubject.Read(certificate.SubjectName) is not { CommonName.Length: > 0 } subject)
        {
            return new(null);
        }

        var credential = $"X509SHA256={Convert.ToHexStringLower(SHA256.HashData(certificate.RawData))}";
        return new(new Requester(subject.CommonName, subject.Uid, [.. subject.Organizations, Requester.Authenticated])
        {
            Extra = ValueMap.Of<ValueList<string>>((TokenOwners.CredentialKey, [credential])),
        });
    }

    /// <param name="User">Null if the certificate is not good.</param>
    private sealed record CertificateOwner(Requester? User);
}
