using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using Coppice.ApiServer.Requests;
using Coppice.Client;
using Coppice.Objects.Authentication;

namespace Coppice.ApiServer.Authentication;

/// <param name="User">Null if what was shown is not good.</param>
/// <param name="Kept">What was shown, if it was a token that is kept in a secret.</param>
internal readonly record struct Identity(UserInfo? User, KeptTokenUse? Kept);

/// <summary>
/// Tells who asks: by a client certificate of our authority (common name and organisations), or by a token. Of two that are shown, one
/// that is good is enough.
/// </summary>
internal sealed class Authenticator(TokenOwners tokens, CertificateAuthority authority, TimeProvider time)
{
    // A connection keeps its certificate object, so that a chain is built once a connection and not once a request.
    private readonly ConditionalWeakTable<X509Certificate2, CertificateOwner> _known = [];

    /// <param name="certificate">The client's; null for none.</param>
    /// <param name="authorization">The Authorization header, or null.</param>
    public async ValueTask<Identity> IdentifyAsync(X509Certificate2? certificate, string? authorization, CancellationToken stop)
    {
        if (certificate is not null && OfCertificate(certificate) is { } user)
        {
            return new(user, null);
        }

        if (string.IsNullOrEmpty(authorization))
        {
            return new(certificate is null ? Users.Anonymous : null, null);
        }

        const string Bearer = "Bearer ";
        return authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
            && await tokens.FindAsync(authorization.AsSpan(Bearer.Length).Trim(), TokenOwners.OurAudiences, stop) is var owner
                ? new(owner.User, owner.Kept)
                : default;
    }

    /// <summary>Whose certificate it is; null if it is not of ours, not for clients or out of date.</summary>
    private UserInfo? OfCertificate(X509Certificate2 certificate) =>
        certificate.NotAfter.ToUniversalTime() > time.GetUtcNow().UtcDateTime ? _known.GetValue(certificate, OwnerOf).User : null;

    private CertificateOwner OwnerOf(X509Certificate2 certificate) =>
        new(ClientCertificate.OwnerOf(certificate, authority.Certificate, time.GetUtcNow()));

    /// <param name="User">Null if the certificate is not good.</param>
    private sealed record CertificateOwner(UserInfo? User);
}
