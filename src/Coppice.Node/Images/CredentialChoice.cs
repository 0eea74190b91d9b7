using Coppice.Node.Runtime;

namespace Coppice.Node.Images;

/// <summary>Which of a pod's credentials are for an image's registry.</summary>
internal static class CredentialChoice
{
    /// <summary>Those that fit, the ones for the longest path first; ties keep their order.</summary>
    public static IReadOnlyList<RegistryCredential> For(string reference, IReadOnlyList<RegistryCredential> credentials)
    {
        if (credentials.Count == 0 || !ImageReference.TryParse(reference, out var image, out _))
        {
            return credentials;
        }

        return [.. credentials
            .Select(one => (Credential: one, Server: Server(one.Server)))
            .Where(one => Fits(one.Server, image))
            .OrderByDescending(one => one.Server.Length)
            .Select(one => one.Credential)];
    }

    // Keys of a dockerconfigjson come as "registry.example", "https://index.docker.io/v1/" or "registry.example/team".
    private static string Server(string key)
    {
        var start = key.IndexOf("://", StringComparison.Ordinal);
        var server = (start < 0 ? key : key[(start + 3)..]).TrimEnd('/');
        foreach (var version in (string[])["/v1", "/v2"])
        {
            if (server.EndsWith(version, StringComparison.Ordinal))
            {
                server = server[..^version.Length];
            }
        }

        return server is "index.docker.io" or "registry-1.docker.io" ? "docker.io" : server;
    }

    private static bool Fits(string server, ImageReference image)
    {
        if (server.Length == 0)
        {
            return true;
        }

        var slash = server.IndexOf('/');
        var host = slash < 0 ? server : server[..slash];
        if (!HostFits(host, image.Registry))
        {
            return false;
        }

        return slash < 0 || (image.Repository + "/").StartsWith(server[(slash + 1)..] + "/", StringComparison.Ordinal);
    }

    // A star stands for one part of a host's name: *.registry.example fits eu.registry.example.
    private static bool HostFits(string pattern, string host)
    {
        var wanted = pattern.Split('.');
        var given = host.Split('.');
        return wanted.Length == given.Length && wanted.Zip(given).All(part => part.First == "*" || string.Equals(part.First, part.Second, StringComparison.OrdinalIgnoreCase));
    }
}
