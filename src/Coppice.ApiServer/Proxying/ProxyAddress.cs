namespace Coppice.ApiServer.Proxying;

/// <summary>The places that a proxied request has on both sides.</summary>
/// <param name="Outside">The path before what is asked of the target: "/api/v1/namespaces/NAMESPACE/pods/NAME/proxy".</param>
/// <param name="Inside">The path that is asked of the target, escaped; empty, or begins with a slash.</param>
internal sealed record ProxyAddress(string Outside, string Inside)
{
    /// <summary>A link of the target's, as somebody outside can follow it.</summary>
    /// <param name="hosts">What the target may call itself.</param>
    public string OutsideOf(string link, params ReadOnlySpan<string> hosts)
    {
        if (link.StartsWith("//", StringComparison.Ordinal) || !Uri.TryCreate(link, UriKind.RelativeOrAbsolute, out var uri))
        {
            return link;
        }

        var path = link;
        if (uri.IsAbsoluteUri && !link.StartsWith('/'))
        {
            if (uri.Scheme is not ("http" or "https") || !hosts.Contains(uri.Authority))
            {
                return link;
            }

            path = uri.PathAndQuery + uri.Fragment;
        }

        return path.StartsWith('/') && !path.StartsWith(Outside, StringComparison.Ordinal) ? Outside + path : path;
    }
}
