using Coppice.ApiServer.Authentication;
using Coppice.ApiServer.Authorization;
using Coppice.ApiServer.Decoding;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Responses;
using Coppice.Objects;
using Coppice.Objects.Authentication;
using Coppice.Objects.Authorization;
using Microsoft.AspNetCore.Http;

namespace Coppice.ApiServer.Http;

/// <summary>Questions that are asked by creating an object which is answered and not kept: who am I, may I, whose token is this.</summary>
internal sealed class ReviewEndpoint(TokenOwners tokens, Authorizer authorizer)
{
    /// <summary>True if the request was one of these.</summary>
    public async ValueTask<bool> TryHandleAsync(HttpContext http, ApiRequest request, UserInfo user)
    {
        if (request.Verb != "create" || request.Resource is not { Group: "authentication.k8s.io" or "authorization.k8s.io" } resource)
        {
            return false;
        }

        _ = ResponseFormat.Choose(http.Request, isTable: false);
        KubernetesObject? answer = (resource.Group, resource.Resource) switch
        {
            ("authentication.k8s.io", "selfsubjectreviews") => await WhoAmIAsync(http, user),
            ("authentication.k8s.io", "tokenreviews") => await WhoseTokenAsync(http),
            ("authorization.k8s.io", "selfsubjectaccessreviews") => await MayIAsync(http, user),
            ("authorization.k8s.io", "selfsubjectrulesreviews") => await WhatMayIAsync(http, user),
            ("authorization.k8s.io", "subjectaccessreviews") => await MayTheyAsync(http),
            ("authorization.k8s.io", "localsubjectaccessreviews") when request.Namespace is { } space => await MayTheyAsync(http, space),
            _ => null,
        };
        if (answer is null)
        {
            return false;
        }

        await ResponseWriter.WriteUntabledAsync(http, answer, StatusCodes.Status201Created);
        return true;
    }

    private static async ValueTask<KubernetesObject> WhoAmIAsync(HttpContext http, UserInfo user)
    {
        var review = (SelfSubjectReview)(await RequestBody.ReadObjectAsync(http, UnstoredKinds.SelfSubjectReview)).Item;
        return review with { Status = new SelfSubjectReviewStatus { UserInfo = user } };
    }

    private async ValueTask<KubernetesObject> WhoseTokenAsync(HttpContext http)
    {
        var review = (TokenReview)(await RequestBody.ReadObjectAsync(http, UnstoredKinds.TokenReview)).Item;
        if (string.IsNullOrEmpty(review.Spec.Token))
        {
            throw ApiErrors.BadRequest("token is required for TokenReview in authentication");
        }

        var audiences = review.Spec.Audiences.IsEmpty ? TokenOwners.OurAudiences : [.. review.Spec.Audiences];
        var owner = await tokens.FindAsync(review.Spec.Token, audiences, http.RequestAborted);
        return review with
        {
            Status = owner.User is null
                ? new TokenReviewStatus { Error = owner.Error }
                : new TokenReviewStatus { Authenticated = true, User = owner.User, Audiences = owner.Audiences.ToValueList() },
        };
    }

    private async ValueTask<KubernetesObject> MayIAsync(HttpContext http, UserInfo user)
    {
        var review = (SelfSubjectAccessReview)(await RequestBody.ReadObjectAsync(http, UnstoredKinds.SelfSubjectAccessReview)).Item;
        Require(review.Kind!, AttributeErrors(review.Spec.ResourceAttributes, review.Spec.NonResourceAttributes));
        return review with { Status = await DecideAsync(user, review.Spec.ResourceAttributes, review.Spec.NonResourceAttributes, http.RequestAborted) };
    }

    private async ValueTask<KubernetesObject> WhatMayIAsync(HttpContext http, UserInfo user)
    {
        var review = (SelfSubjectRulesReview)(await RequestBody.ReadObjectAsync(http, UnstoredKinds.SelfSubjectRulesReview)).Item;
        if (string.IsNullOrEmpty(review.Spec.Namespace))
        {
            throw ApiErrors.BadRequest("no namespace on request");
        }

        return review with { Status = await authorizer.RulesOfAsync(user, review.Spec.Namespace, http.RequestAborted) };
    }

    private async ValueTask<KubernetesObject> MayTheyAsync(HttpContext http)
    {
        var review = (SubjectAccessReview)(await RequestBody.ReadObjectAsync(http, UnstoredKinds.SubjectAccessReview)).Item;
        return review with { Status = await DecideAsync(review.Kind!, review.Spec, http.RequestAborted) };
    }

    private async ValueTask<KubernetesObject> MayTheyAsync(HttpContext http, string space)
    {
        var review = (LocalSubjectAccessReview)(await RequestBody.ReadObjectAsync(http, UnstoredKinds.LocalSubjectAccessReview)).Item;
        return (review.Spec.ResourceAttributes?.Namespace ?? space) == space
            ? review with { Status = await DecideAsync(review.Kind!, review.Spec, http.RequestAborted) }
            : throw ApiErrors.BadRequest($"spec.resourceAttributes.namespace must match namespace: {space}");
    }

    private ValueTask<SubjectAccessReviewStatus> DecideAsync(string kind, SubjectAccessReviewSpec spec, CancellationToken stop)
    {
        IEnumerable<FieldError> ofSubject = string.IsNullOrEmpty(spec.User) && spec.Groups.IsEmpty
            ? [FieldError.Invalid(FieldPath.Of("spec", "user"), spec.User ?? "", "at least one of user or group must be specified")]
            : [];
        Require(kind, AttributeErrors(spec.ResourceAttributes, spec.NonResourceAttributes).Concat(ofSubject));
        var subject = new UserInfo { Username = spec.User, Uid = spec.Uid, Groups = spec.Groups, Extra = spec.Extra };
        return DecideAsync(subject, spec.ResourceAttributes, spec.NonResourceAttributes, stop);
    }

    private async ValueTask<SubjectAccessReviewStatus> DecideAsync(
        UserInfo user, ResourceAttributes? resource, NonResourceAttributes? path, CancellationToken stop)
    {
        var decision = await authorizer.DecideAsync(user, resource is not null ? AccessRequest.Of(resource) : AccessRequest.Of(path!), stop);
        return new SubjectAccessReviewStatus { Allowed = decision.Allowed, Reason = decision.Reason.Length == 0 ? null : decision.Reason };
    }

    private static void Require(string kind, IEnumerable<FieldError> errors)
    {
        if (errors.ToList() is { Count: > 0 } found)
        {
            throw ApiErrors.Invalid("authorization.k8s.io", kind, "", found);
        }
    }

    private static IEnumerable<FieldError> AttributeErrors(ResourceAttributes? resource, NonResourceAttributes? path) => (resource, path) switch
    {
        (null, null) => [FieldError.Invalid(
            FieldPath.Of("spec", "resourceAttributes"), null, "exactly one of nonResourceAttributes or resourceAttributes must be specified")],
        (not null, not null) => [FieldError.Invalid(
            FieldPath.Of("spec", "nonResourceAttributes"), path, "cannot be specified in combination with resourceAttributes")],
        _ => [],
    };
}
