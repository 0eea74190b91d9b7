using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Requests;

namespace Coppice.ApiServer.Writes;

/// <summary>The namespace and name that a request's path and its body must agree on.</summary>
internal static class Scoping
{
    /// <summary>The namespace to write; null for kinds that have none.</summary>
    /// <exception cref="ApiError">The body names another one than the path.</exception>
    public static string? NamespaceOf(WriteRequest request, string? given)
    {
        if (!request.Kind.Namespaced)
        {
            return null;
        }

        return string.IsNullOrEmpty(given) || given == request.Key.Namespace
            ? request.Key.Namespace
            : throw ApiErrors.BadRequest(
                $"the namespace of the provided object does not match the namespace sent on the request");
    }

    /// <exception cref="ApiError">The body names another object than the path.</exception>
    public static void RequireName(string name, string? given)
    {
        if (!string.IsNullOrEmpty(given) && given != name)
        {
            throw ApiErrors.BadRequest($"the name of the object ({given}) does not match the name on the URL ({name})");
        }
    }

    /// <summary>The same of an object that is changed, which must say its name.</summary>
    public static void RequireOwnName(string name, string? given)
    {
        if (string.IsNullOrEmpty(given))
        {
            throw ApiErrors.BadRequest($"the name of the object ({name} based on URL) was undeterminable: name must be provided");
        }

        RequireName(name, given);
    }
}
