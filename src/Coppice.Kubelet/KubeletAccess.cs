using Coppice.Client;
using Coppice.Objects.Authentication;
using Coppice.Objects.Authorization;
using Microsoft.AspNetCore.Http;

namespace Coppice.Kubelet;

/// <summary>
/// Lets in who is known to the cluster and may do what is asked with this node: a path stands for a subresource of the node, as the
/// kubelet's authorizer has it.
/// </summary>
public sealed class KubeletAccess(IAccessControl access, string node)
{
    private const string Everything = "proxy";

    // What one path stands for; whoever may do everything with the node may also do what has a word of its own.
    private static readonly (string Path, string Subresource, bool OrEverything)[] Words =
    [
        ("/stats", "stats", false), ("/metrics", "metrics", false), ("/logs", "log", false), ("/checkpoint", "checkpoint", false), ("/statusz", "statusz", false),
        ("/flagz", "flagz", false), ("/pods", "pods", true), ("/runningpods", "pods", true), ("/healthz", "healthz", true), ("/configz", "configz", true),
    ];

    /// <summary>Whether the sender may ask this; if not, the refusal is written.</summary>
    public async ValueTask<bool> AdmitAsync(HttpContext http)
    {
        var headers = http.Request.Headers;
        if (headers.Authorization.Count > 1 || await TryIdentifyAsync(http, headers.Authorization is [var one] ? one : null) is not { } user)
        {
            await RefuseAsync(http, StatusCodes.Status401Unauthorized, "Unauthorized");
            return false;
        }

        var verb = VerbOf(http.Request.Method);
        var subresources = SubresourcesOf(http.Request.Path.Value ?? "/");
        var asked = $"(user={user.Username}, verb={verb}, resource=nodes, subresource(s)=[{string.Join(' ', subresources)}])";
        try
        {
            foreach (var subresource in subresources)
            {
                var wanted = new ResourceAttributes { Verb = verb, Version = "v1", Resource = "nodes", Subresource = subresource, Name = node };
                if (await access.AllowsAsync(user, wanted, http.RequestAborted))
                {
                    return true;
                }
            }
        }
        catch (Exception away) when (IsAway(away))
        {
            await RefuseAsync(http, StatusCodes.Status500InternalServerError, $"Authorization error {asked}");
            return false;
        }

        await RefuseAsync(http, StatusCodes.Status403Forbidden, $"Forbidden {asked}");
        return false;
    }

    /// <summary>The subresources of the node, of which one must be allowed.</summary>
    public static IReadOnlyList<string> SubresourcesOf(string path)
    {
        foreach (var (root, subresource, orEverything) in Words)
        {
            if (path.StartsWith(root, StringComparison.Ordinal) && (path.Length == root.Length || path[root.Length] == '/'))
            {
                return orEverything ? [subresource, Everything] : [subresource];
            }
        }

        return [Everything];
    }

    /// <summary>While the API cannot be asked, nobody is known whom only the API knows.</summary>
    private async ValueTask<UserInfo?> TryIdentifyAsync(HttpContext http, string? authorization)
    {
        try
        {
            return await access.IdentifyAsync(http.Connection.ClientCertificate, authorization, http.RequestAborted);
        }
        catch (Exception away) when (IsAway(away))
        {
            return null;
        }
    }

    private static bool IsAway(Exception e) => e is ApiException or HttpRequestException or IOException;

    private static string VerbOf(string method) => method switch
    {
        "POST" => "create",
        "GET" => "get",
        "PUT" => "update",
        "PATCH" => "patch",
        "DELETE" => "delete",
        _ => "",
    };

    private static Task RefuseAsync(HttpContext http, int code, string message)
    {
        http.Response.StatusCode = code;
        http.Response.ContentType = "text/plain; charset=utf-8";
        return http.Response.WriteAsync(message, http.RequestAborted);
    }
}
