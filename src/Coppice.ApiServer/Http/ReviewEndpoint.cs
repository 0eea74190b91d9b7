using Coppice.ApiServer.Authentication;
using Coppice.ApiServer.Authorization;
using Coppice.ApiServer.Decoding;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Responses;
using Coppice.Objects;
using Coppice.Objects.Authentication;
using Coppice.Objects.Authorization;
using Microsoft.AspNetCore.Http;

namespace Coppice.ApiServer.Http;

/// <summary>Questions that are asked by creating an object which is answered and not kept: who am I, may I, whose token is this.</summary>
internal sealed class ReviewEndpoint(Authenticator authenticator)
{
    private static readonly ExpectedObject SelfReviews = new("authentication.k8s.io", "v1", "SelfSubjectReview", typeof(SelfSubjectReview));
    private static readonly ExpectedObject TokenReviews = new("authentication.k8s.io", "v1", "TokenReview", typeof(TokenReview));
    private static readonly ExpectedObject AccessReviews = new("authorization.k8s.io", "v1", "SelfSubjectAccessReview", typeof(SelfSubjectAccessReview));

    /// <summary>True if the request was one of these.</summary>
    public async ValueTask<bool> TryHandleAsync(HttpContext http, ApiRequest request, Requester user)
    {
        if (request.Verb != "create" || request.Resource is not { } resource)
        {
            return false;
        }

        KubernetesObject? answer = (resource.Group, resource.Resource) switch
        {
            ("authentication.k8s.io", "selfsubjectreviews") => await WhoAmIAsync(http, user),
            ("authentication.k8s.io", "tokenreviews") => await WhoseTokenAsync(http),
            ("authorization.k8s.io", "selfsubjectaccessreviews") => await MayIAsync(http, user),
            _ => null,
        };
        if (answer is null)
        {
            return false;
        }

        await ResponseWriter.WriteJsonAsync(http, ApiJson.WriteObject(answer), StatusCodes.Status201Created);
        return true;
    }

    private static async ValueTask<KubernetesObject> WhoAmIAsync(HttpContext http, Requester user)
    {
        var review = (SelfSubjectReview)(await RequestBody.ReadObjectAsync(http, SelfReviews)).Item;
        return review with { Status = new SelfSubjectReviewStatus { UserInfo = InfoOf(user) } };
    }

    private async ValueTask<KubernetesObject> WhoseTokenAsync(HttpContext http)
    {
        var review = (TokenReview)(await RequestBody.ReadObjectAsync(http, TokenReviews)).Item;
        var owner = await authenticator.OfTokenAsync(review.Spec.Token ?? "", http.RequestAborted);
        return review with
        {
            Status = owner is null
                ? new TokenReviewStatus { Error = "the token is not one of this cluster, or is no longer good" }
                : new TokenReviewStatus { Authenticated = true, User = InfoOf(owner), Audiences = [ServiceAccountTokens.Issuer] },
        };
    }

    private static async ValueTask<KubernetesObject> MayIAsync(HttpContext http, Requester user)
    {
        var review = (SelfSubjectAccessReview)(await RequestBody.ReadObjectAsync(http, AccessReviews)).Item;
        var wanted = review.Spec.ResourceAttributes is { } resource
            ? new ApiRequest(
                "", resource.Verb ?? "", resource.Version ?? "v1", new GroupResource(resource.Group ?? "", resource.Resource ?? ""),
                resource.Namespace, resource.Name, resource.Subresource)
            : new ApiRequest(
                review.Spec.NonResourceAttributes?.Path ?? "", review.Spec.NonResourceAttributes?.Verb ?? "", "", null, null, null, null);
        return review with { Status = new SubjectAccessReviewStatus { Allowed = Authorizer.Allows(user, wanted) } };
    }

    private static UserInfo InfoOf(Requester user) => new()
    {
        Username = user.Name,
        Uid = user.Uid.Length == 0 ? null : user.Uid,
        Groups = user.Groups.ToValueList(),
    };
}
