using System.Security.Cryptography.X509Certificates;
using Coppice.ApiServer.Requests;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Authentication;

/// <summary>
/// Tells who asks: by a client certificate of our authority (common name and organisations), or by a service account's token, which
/// is good only while its account, and the pod it was made for, exist.
/// </summary>
internal sealed class Authenticator(ApiVerbs verbs, ServiceAccountTokens tokens)
{
    private static readonly ResourceDefinition Accounts = KindCatalog.Of<ServiceAccount>();
    private static readonly ResourceDefinition Pods = KindCatalog.Of<Pod>();

    /// <param name="certificate">The client's, already checked against the authority by TLS; null for none.</param>
    /// <param name="authorization">The Authorization header, or null.</param>
    /// <exception cref="ApiError">Unauthorized: what was shown is not good.</exception>
    public async ValueTask<Requester> IdentifyAsync(X509Certificate2? certificate, string? authorization, CancellationToken stop)
    {
        if (certificate is not null)
        {
            return OfCertificate(certificate);
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

    private static Requester OfCertificate(X509Certificate2 certificate)
    {
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
