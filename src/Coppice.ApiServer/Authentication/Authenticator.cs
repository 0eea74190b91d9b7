using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Coppice.ApiServer.Requests;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Authentication;

/// <summary>
/// Tells who asks: by a client certificate of our authority (common name and organisations), or by a service account's token, which
/// is good only while its account, and the pod it was made for, exist. Of two that are shown, one that is good is enough.
/// </summary>
internal sealed class Authenticator(ApiVerbs verbs, PipelineParts parts, TimeProvider time)
{
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    // A connection keeps its certificate object, so that a chain is built once a connection and not once a request.
    private readonly ConditionalWeakTable<X509Certificate2, CertificateOwner> _known = [];

    private static readonly ResourceDefinition Accounts = KindCatalog.Of<ServiceAccount>();
    private static readonly ResourceDefinition Pods = KindCatalog.Of<Pod>();

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
            && await OfTokenAsync(authorization[Bearer.Length..].Trim(), stop) is { } requester
                ? requester
                : throw ApiErrors.Unauthorized();
    }

    /// <summary>The account that a token speaks for; null if the token is not good.</summary>
    public async ValueTask<Requester?> OfTokenAsync(string token, CancellationToken stop)
    {
        if (parts.KnownTokens.TryGetValue(token, out var known))
        {
            return known;
        }

        if (parts.Tokens.Read(token) is not { } claims || !claims.Audiences.Contains(ServiceAccountTokens.Issuer))
        {
            return null;
        }

        var subject = claims.Subject;
        var account = await verbs.FindAsync(Accounts, new(subject.Namespace, subject.Name), stop);
        if (account?.Item.Metadata.Uid != subject.Uid)
        {
            return null;
        }

        if (claims.Pod is { } pod && (await verbs.FindAsync(Pods, new(subject.Namespace, pod.Name), stop))?.Item.Metadata.Uid != pod.Uid)
        {
            return null;
        }

        return new(
            subject.User,
            subject.Uid,
            ["system:serviceaccounts", $"system:serviceaccounts:{subject.Namespace}", Requester.Authenticated]);
    }

    /// <summary>Whose certificate it is; null if it is not of ours, not for clients or out of date.</summary>
    private Requester? OfCertificate(X509Certificate2 certificate) =>
        certificate.NotAfter.ToUniversalTime() > time.GetUtcNow().UtcDateTime ? _known.GetValue(certificate, OwnerOf).User : null;

    private CertificateOwner OwnerOf(X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(parts.Authority.Certificate);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ClientAuthentication));
        chain.ChainPolicy.VerificationTime = time.GetUtcNow().UtcDateTime;
        if (!chain.Build(certificate))
        {
            return new(null);
        }

        var groups = new List<string>();
        string? name = null;
        foreach (var part in certificate.SubjectName.EnumerateRelativeDistinguishedNames())
        {
            var value = part.GetSingleElementValue() ?? "";
            switch (part.GetSingleElementType().Value)
            {
                case "2.5.4.3":
                    name = value;
                    break;
                case "2.5.4.10":
                    groups.Add(value);
                    break;
            }
        }

        return new(string.IsNullOrEmpty(name) ? null : new Requester(name, "", [.. groups, Requester.Authenticated]));
    }

    /// <param name="User">Null if the certificate is not good.</param>
    private sealed record CertificateOwner(Requester? User);
}
