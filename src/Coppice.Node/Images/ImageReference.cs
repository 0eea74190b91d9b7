using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Coppice.Node.Images;

/// <summary>
/// An image's full name, as every registry and runtime means it: <c>nginx</c> is <c>docker.io/library/nginx:latest</c>.
/// </summary>
/// <param name="Registry">Host, and port where it is not the usual one.</param>
/// <param name="Tag">Null where only a digest is given.</param>
/// <param name="Digest">algorithm:hex, or null.</param>
public sealed partial record ImageReference(string Registry, string Repository, string? Tag, string? Digest)
{
    private const string DefaultRegistry = "docker.io";
    private const string OldDefaultRegistry = "index.docker.io";
    private const string OfficialPrefix = "library/";

    /// <summary>The longest repository name a registry takes.</summary>
    private const int NameLengthMax = 255;

    public override string ToString() =>
        $"{Registry}/{Repository}{(Tag is null ? "" : ":" + Tag)}{(Digest is null ? "" : "@" + Digest)}";

    /// <exception cref="FormatException">It is not an image reference; the message says which part is wrong.</exception>
    public static ImageReference Parse(string text) =>
        TryParse(text, out var reference, out var error) ? reference : throw new FormatException(error);

    /// <param name="error">Kubernetes' own text for it (InvalidImageName).</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out ImageReference? reference, [NotNullWhen(false)] out string? error)
    {
        reference = null;
        var rest = text;
        string? digest = null;
        if (rest.IndexOf('@') is var at and >= 0)
        {
            digest = rest[(at + 1)..];
            rest = rest[..at];
            if (!DigestPattern().IsMatch(digest))
            {
                return Fail(text, "invalid digest format", out error);
            }
        }

        string? tag = null;
        if (rest.LastIndexOf(':') is var colon and >= 0 && rest.IndexOf('/', colon) < 0)
        {
            tag = rest[(colon + 1)..];
            rest = rest[..colon];
            if (!TagPattern().IsMatch(tag))
            {
                return Fail(text, "invalid reference format", out error);
            }
        }

        var (registry, repository) = Split(rest);
        if (repository.Any(char.IsAsciiLetterUpper))
        {
            return Fail(text, $"invalid reference format: repository name ({repository.Split(':')[0]}) must be lowercase", out error);
        }

        if (!RepositoryPattern().IsMatch(repository) || !RegistryPattern().IsMatch(registry))
        {
            return Fail(text, "invalid reference format", out error);
        }

        if (registry.Length + 1 + repository.Length > NameLengthMax)
        {
            return Fail(text, $"repository name must not be more than {NameLengthMax} characters", out error);
        }

        reference = new ImageReference(registry, repository, tag ?? (digest is null ? "latest" : null), digest);
        error = null;
        return true;
    }

    // The part before the first slash is a registry only if it looks like a host: with a dot, a port, or "localhost".
    private static (string Registry, string Repository) Split(string name)
    {
        var slash = name.IndexOf('/');
        if (slash < 0)
        {
            return (DefaultRegistry, OfficialPrefix + name);
        }

        var first = name[..slash];
        var isHost = first.Contains('.') || first.Contains(':') || first == "localhost" || first.Any(char.IsAsciiLetterUpper);
        if (!isHost)
        {
            return (DefaultRegistry, name);
        }

        var repository = name[(slash + 1)..];
        if (first == OldDefaultRegistry)
        {
            first = DefaultRegistry;
        }

        return (first, first == DefaultRegistry && !repository.Contains('/') ? OfficialPrefix + repository : repository);
    }

    private static bool Fail(string text, string reason, [NotNullWhen(false)] out string? error)
    {
        error = $"couldn't parse image name \"{text}\": {reason}";
        return false;
    }

    [GeneratedRegex("^[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*)*\\z")]
    private static partial Regex RepositoryPattern();

    [GeneratedRegex("^([a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9.-]*[a-zA-Z0-9]|\\[[0-9a-fA-F:]+\\])(:[0-9]+)?\\z")]
    private static partial Regex RegistryPattern();

    [GeneratedRegex("^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}\\z")]
    private static partial Regex TagPattern();

    [GeneratedRegex("^[a-z0-9]+([+._-][a-z0-9]+)*:[0-9a-fA-F]{32,}\\z")]
    private static partial Regex DigestPattern();
}
