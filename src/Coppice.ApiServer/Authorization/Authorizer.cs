using Coppice.ApiServer.Discovery;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Requests;
using Coppice.Objects;
using Coppice.Objects.Authentication;
using Coppice.Objects.Authorization;

namespace Coppice.ApiServer.Authorization;

/// <summary>
/// Who may do what: the masters everything, everybody who is known may look around (versions, discovery, schemas, and who they are),
/// anybody may ask for health and version, and the components on nodes may do their work. Roles widen this.
/// </summary>
internal static class Authorizer
{
    private const string ServiceAccounts = "system:serviceaccounts";

    private static readonly string[] OpenPaths = ["/version", "/healthz", "/livez", "/readyz"];
    private static readonly string[] LookAroundPaths = ["/api", "/apis", "/openapi"];

    // Kubernetes' role system:service-account-issuer-discovery, which all service accounts have.
    private static readonly string[] IssuerPaths = [IssuerDocuments.IssuerPath, IssuerDocuments.KeysPath];

    /// <exception cref="ApiError">Unauthorized for the unknown, Forbidden for the known.</exception>
    public static void Require(UserInfo user, ApiRequest request)
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

    public static bool Allows(UserInfo user, ApiRequest request) =>
        user.IsIn(Users.Masters)
        || IsBelow(request.Path, OpenPaths)
        || (!user.IsAnonymous && (MayLookAround(user, request) || ComponentRules.Allow(user, request)));

    /// <summary>What <see cref="Allows"/> comes to for somebody, as rules that people can read.</summary>
    public static (ValueList<ResourceRule> Resources, ValueList<NonResourceRule> Paths) RulesOf(UserInfo user)
    {
        List<ResourceRule> resources = [];
        List<NonResourceRule> paths = [];
        if (user.IsIn(Users.Masters))
        {
            resources.Add(new ResourceRule { Verbs = ["*"], ApiGroups = ["*"], Resources = ["*"] });
            paths.Add(new NonResourceRule { Verbs = ["*"], NonResourceUrls = ["*"] });
        }

        resources.AddRange(ComponentRules.Of(user));
        if (!user.IsAnonymous)
        {
            resources.Add(new ResourceRule { Verbs = ["create"], ApiGroups = ["authentication.k8s.io"], Resources = ["selfsubjectreviews"] });
            resources.Add(new ResourceRule
            {
                Verbs = ["create"], ApiGroups = ["authorization.k8s.io"], Resources = ["selfsubjectaccessreviews", "selfsubjectrulesreviews"],
            });
            paths.Add(ToGet(LookAroundPaths));
        }

        if (user.IsIn(ServiceAccounts))
        {
            paths.Add(new NonResourceRule { Verbs = ["get"], NonResourceUrls = IssuerPaths.SelectMany(path => (string[])[path, $"{path}/"]).ToValueList() });
        }

        paths.Add(ToGet(OpenPaths));
        return (resources.ToValueList(), paths.ToValueList());

        static NonResourceRule ToGet(string[] roots) =>
            new() { Verbs = ["get"], NonResourceUrls = roots.SelectMany(r => (string[])[r, $"{r}/*"]).ToValueList() };
    }

    private static bool MayLookAround(UserInfo user, ApiRequest request) => request.Resource is { } resource
        ? resource is { Group: "authentication.k8s.io", Resource: "selfsubjectreviews" }
            or { Group: "authorization.k8s.io", Resource: "selfsubjectaccessreviews" or "selfsubjectrulesreviews" }
        : request.Verb == "get" && (IsBelow(request.Path, LookAroundPaths) || (user.IsIn(ServiceAccounts) && IsBelow(request.Path, IssuerPaths)));

    private static bool IsBelow(string path, string[] roots) =>
        roots.Any(r => path.StartsWith(r, StringComparison.Ordinal) && (path.Length == r.Length || path[r.Length] == '/'));
}
