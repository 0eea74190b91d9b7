using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using Coppice.ApiServer.Requests;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Authentication;

/// <summary>
/// Tells who asks: by a client certificate of our authority (common name and organisations), or by a service account's token, which
/// is good only while its account, and the pod it was made for, exist.
/// </summary>
internal sealed class Authenticator(ApiVerbs verbs, ServiceAccountTokens tokens, X509Certificate2 authority, TimeProvider time)
{
    // A connection keeps its certificate object, so that a chain is built once a connection and not once a request.
    private readonly ConditionalWeakTable<X509Certificate2, Requester> _known = [];

    private static readonly ResourceDefinition Accounts = KindCatalog.Of<ServiceAccount>();
    private static readonly ResourceDefinition Pods = KindCatalog.Of<Pod>();

    /// <param name="certificate">The client's; null for none.</param>
    /// <param name="authorization">The Authorization header, or null.</param>
    /// <exception cref="ApiError">Unauthorized: what was shown is not good.</exception>
    public async ValueTask<Requester> IdentifyAsync(X509Certificate2? certificate, string? authorization, CancellationToken stop)
    {
        if (certificate is not null)
        {
            return _known.GetValue(certificate, OfCertificate);
        }

        if (string.IsNullOrEmpty(authorization))
        {
            return Requester.Anonymous;
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
        if (tokens.Read(token) is not { } claims || !claims.Audiences.Contains(ServiceAccountTokens.Issuer))
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

    private Requester OfCertificate(X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationTime = time.GetUtcNow().UtcDateTime;
        if (!chain.Build(certificate))
        {
            throw ApiErrors.Unauthorized();
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

        return string.IsNullOrEmpty(name) ? throw ApiErrors.Unauthorized() : new(name, "", [.. groups, Requester.Authenticated]);
    }
}
