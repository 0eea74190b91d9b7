using Coppice.ApiServer.Requests;

namespace Coppice.ApiServer.Authorization;

/// <summary>
/// Who may do what: the masters everything, everybody who is known may look around (versions, discovery, schemas, and who they are),
/// anybody may ask for health and version. Roles widen this.
/// </summary>
internal static class Authorizer
{
    private static readonly string[] OpenPaths = ["/version", "/healthz", "/livez", "/readyz"];
    private static readonly string[] LookAroundPaths = ["/api", "/apis", "/openapi"];

    /// <exception cref="ApiError">Unauthorized for the unknown, Forbidden for the known.</exception>
    public static void Require(Requester user, ApiRequest request)
    {
        if (Allows(user, request))
        {
            return;
        }

        if (user.IsAnonymous)
        {
            throw ApiErrors.Unauthorized();
        }

        throw request.Resource is { } resource
            ? ApiErrors.Forbidden(user.Name, request.Verb, resource, request.Subresource, (request.Namespace, request.Name ?? ""))
            : ApiErrors.ForbiddenPath(user.Name, request.Verb, request.Path);
    }

    public static bool Allows(Requester user, ApiRequest request) =>
        user.IsIn(Requester.Masters) || IsBelow(request.Path, OpenPaths) || (!user.IsAnonymous && MayLookAround(request));

    private static bool MayLookAround(ApiRequest request) => request.Resource is { } resource
        ? resource is { Group: "authentication.k8s.io", Resource: "selfsubjectreviews" }
            or { Group: "authorization.k8s.io", Resource: "selfsubjectaccessreviews" }
        : request.Verb == "get" && IsBelow(request.Path, LookAroundPaths);

    private static bool IsBelow(string path, string[] roots) =>
        roots.Any(r => path.StartsWith(r, StringComparison.Ordinal) && (path.Length == r.Length || path[r.Length] == '/'));
}
