namespace Coppice.ExampleImages;

/// <summary>A full image name, taken apart: <c>nginx:1.16.0</c> is tag 1.16.0 of library/nginx at docker.io.</summary>
public sealed record ImageName(string Registry, string Repository, string Tag)
{
    /// <summary>Reads a name the way Docker does: a first part with a dot or a colon is a registry, one part alone is in <c>library</c>.</summary>
    public static ImageName Parse(string name)
    {
        var slash = name.IndexOf('/');
        var hasRegistry = slash > 0 && name.AsSpan(0, slash).ContainsAny('.', ':');
        var registry = hasRegistry ? name[..slash] : "docker.io";
        var rest = hasRegistry ? name[(slash + 1)..] : name;
        var colon = rest.LastIndexOf(':');
        var tag = colon < 0 ? "latest" : rest[(colon + 1)..];
        var repository = colon < 0 ? rest : rest[..colon];
        return new ImageName(registry, !hasRegistry && slash < 0 ? $"library/{repository}" : repository, tag);
    }

    public override string ToString() => $"{Registry}/{Repository}:{Tag}";
}
