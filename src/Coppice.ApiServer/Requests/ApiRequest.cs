using Coppice.ApiServer.Errors;
using Coppice.Streaming.Tunnels;

namespace Coppice.ApiServer.Requests;

/// <summary>What a request's method and path ask for, in the API's terms.</summary>
/// <param name="Path">As it came.</param>
/// <param name="Verb">get, list, watch, create, update, patch, delete, deletecollection; empty for a method that is none of these.</param>
/// <param name="Version">Empty for paths that are no resource.</param>
/// <param name="Resource">Null for paths that are no resource.</param>
/// <param name="Namespace">Null when the path names none.</param>
public sealed record ApiRequest(
    string Path, string Verb, string Version, GroupResource? Resource, string? Namespace, string? Name, string? Subresource)
{
    /// <summary>It takes as long as somebody looks: a watch, a log, whatever is behind an object, a tunnel.</summary>
    public bool IsLongRunning => Verb == "watch" || Subresource is "attach" or "exec" or "log" or "portforward" or "proxy" || (Resource is null && TunnelProtocol.Serves(Path));

    /// <summary>
    /// Reads a path: /api/v1/… and /apis/GROUP/VERSION/… followed by [namespaces/NAMESPACE/]RESOURCE[/NAME[/SUBRESOURCE]], and for proxies by
    /// a path of the target. What comes after /watch/ is watched: the way before there was the parameter, still taken by some.
    /// </summary>
    /// <param name="watch">The query asks to watch a collection.</param>
    public static ApiRequest Parse(string method, string path, bool watch)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (path.Contains('%'))
        {
            parts = Array.ConvertAll(parts, Uri.UnescapeDataString);
        }

        var (group, version, before) = parts switch
        {
            ["api", var v, ..] => ("", v, 2),
            ["apis", var g, var v, ..] => (g, v, 3),
            _ => ("", "", parts.Length),
        };
        ReadOnlySpan<string> rest = parts.AsSpan(before);
        if (rest.Length == 0)
        {
            return new(path, method.ToLowerInvariant(), "", null, null, null, null);
        }

        var watched = rest is ["watch", _, ..];
        rest = watched ? rest[1..] : rest;

        // A namespace has subresources of its own, which are no resources inside it.
        var inside = rest is ["namespaces", _, var first, ..] && first is not ("status" or "finalize");
        var space = inside ? rest[1] : null;
        rest = inside ? rest[2..] : rest;
        var name = rest.Length > 1 ? rest[1] : null;

        // What lies behind a proxy is its target's.
        var subresource = rest is [_, _, "proxy", ..] ? "proxy" : rest.Length > 2 ? string.Join('/', rest[2..]) : null;
        return new(path, watched ? WatchedBy(method) : VerbOf(method, name is not null, watch), version, new GroupResource(group, rest[0]), space, name, subresource);
    }

    private static string WatchedBy(string method) => method is "GET" or "HEAD" ? "watch" : "";

    private static string VerbOf(string method, bool named, bool watch) => method switch
    {
        "GET" or "HEAD" => named ? "get" : watch ? "watch" : "list",
        "POST" => "create",
        "PUT" => "update",
        "PATCH" => "patch",
        "DELETE" => named ? "delete" : "deletecollection",
        _ => "",
    };
}
