using System.Text;
using Coppice.Objects;

namespace Coppice.Client.Http;

/// <summary>Where the API serves a kind, below its root: "api/v1/namespaces/default/pods/web/status".</summary>
public static class ResourcePath
{
    public static string Collection(Kind kind, string? ns, ListQuery? query = null)
    {
        var path = new StringBuilder(kind.Group.Length == 0 ? "api/" : $"apis/{kind.Group}/").Append(kind.Version);
        if (kind.Namespaced && !string.IsNullOrEmpty(ns))
        {
            path.Append("/namespaces/").Append(Uri.EscapeDataString(ns));
        }

        path.Append('/').Append(kind.Resource).Append('?');
        Add(path, "labelSelector", query?.LabelSelector);
        Add(path, "fieldSelector", query?.FieldSelector);
        return path.ToString().TrimEnd('?');
    }

    public static string Item(Kind kind, ObjectKey key, string? subresource = null) =>
        $"{Collection(kind, key.Namespace)}/{Uri.EscapeDataString(key.Name)}{(subresource is null ? "" : "/" + subresource)}";

    public static string Watch(Kind kind, ListQuery query, string after) =>
        Collection(kind, query.Namespace, query) is var path && path.Contains('?')
            ? $"{path}&watch=true&allowWatchBookmarks=true&resourceVersion={after}"
            : $"{path}?watch=true&allowWatchBookmarks=true&resourceVersion={after}";

    private static void Add(StringBuilder path, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            path.Append(path[^1] == '?' ? "" : "&").Append(name).Append('=').Append(Uri.EscapeDataString(value));
        }
    }
}
