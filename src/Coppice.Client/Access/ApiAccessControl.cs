using System.Security.Cryptography.X509Certificates;
using Coppice.Objects;
using Coppice.Objects.Authentication;
using Coppice.Objects.Authorization;

namespace Coppice.Client;

/// <summary>
/// The cluster's users and their rights as asked of its API, as kubelets ask: client certificates are held against the cluster's
/// authority here, tokens and rights are reviewed there.
/// </summary>
public sealed class ApiAccessControl(IApiClient api, X509Certificate2 authority, TimeProvider time) : IAccessControl
{
    public async ValueTask<UserInfo?> IdentifyAsync(X509Certificate2? certificate, string? authorization, CancellationToken stop)
    {
        if (certificate is not null && ClientCertificate.OwnerOf(certificate, authority, time.GetUtcNow()) is { } owner)
        {
            return owner;
        }

        const string Bearer = "Bearer ";
        if (authorization?.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) != true || authorization[Bearer.Length..].Trim() is not { Length: > 0 } token)
        {
            return null;
        }

        var review = new TokenReview { Spec = new() { Token = token } };
        var answer = (TokenReview)await api.WriteAsync(UnstoredKinds.TokenReview, new ObjectWrite.Create(review), stop);
        return answer.Status.Authenticated ? answer.Status.User : null;
    }

    public async ValueTask<bool> AllowsAsync(UserInfo user, ResourceAttributes wanted, CancellationToken stop)
    {
        var review = new SubjectAccessReview
        {
            Spec = new() { User = user.Username, Uid = user.Uid, Groups = user.Groups, Extra = user.Extra, ResourceAttributes = wanted },
        };
        return ((SubjectAccessReview)await api.WriteAsync(UnstoredKinds.SubjectAccessReview, new ObjectWrite.Create(review), stop)).Status.Allowed;
    }
}
