using System.Text;
using System.Text.Json;
using Coppice.Client;

namespace Coppice.Node.Images;

/// <param name="Path">Relative to the directory of hosts.</param>
public sealed record RegistryHostFile(string Path, string Content);

/// <summary>registries.yaml in containerd's form: a folder a registry, with a hosts.toml. Pure, but for <see cref="Apply"/>.</summary>
public static class RegistryHosts
{
    private const string DefaultFolder = "_default";

    public static IReadOnlyList<RegistryHostFile> Plan(RegistriesFile registries)
    {
        var accesses = registries.Accesses.ToDictionary(one => one.Host, StringComparer.Ordinal);
        var files = new List<RegistryHostFile>();
        foreach (var mirror in registries.Mirrors)
        {
            files.Add(new RegistryHostFile(Folder(mirror.Registry) + "/hosts.toml", Render(mirror.Registry, mirror.Endpoints, accesses)));
        }
        // A registry with settings of its own and no mirror is its own only endpoint.
        var mirrored = registries.Mirrors.Select(one => one.Registry).ToHashSet(StringComparer.Ordinal);
        foreach (var access in registries.Accesses.Where(one => !mirrored.Contains(one.Host)))
        {
            files.Add(new RegistryHostFile(Folder(access.Host) + "/hosts.toml", Render(access.Host, [new Uri("https://" + access.Host)], accesses)));
        }

        return files;
    }

    /// <summary>Makes the directory hold exactly these files. containerd reads them at every pull, so no restart is needed.</summary>
    public static void Apply(string directory, IReadOnlyList<RegistryHostFile> files)
    {
        OwnFiles.MakePrivateDirectory(directory);
        var wanted = files.Select(one => one.Path.Split('/')[0]).ToHashSet(StringComparer.Ordinal);
        foreach (var folder in Directory.EnumerateDirectories(directory))
        {
            if (!wanted.Contains(Path.GetFileName(folder)))
            {
                Directory.Delete(folder, recursive: true);
            }
        }

        foreach (var file in files)
        {
            var path = Path.Combine(directory, file.Path);
            if (File.Exists(path) && File.ReadAllText(path) == file.Content)
            {
                continue;
            }

            OwnFiles.MakePrivateDirectory(Path.GetDirectoryName(path)!);
            // It may hold a password.
            using var stream = OwnFiles.CreatePrivate(path);
            stream.Write(Encoding.UTF8.GetBytes(file.Content));
        }
    }

    private static string Folder(string registry) => registry == "*" ? DefaultFolder : registry;

    private static string Render(string registry, IReadOnlyList<Uri> endpoints, IReadOnlyDictionary<string, RegistryAccess> accesses)
    {
        var toml = new StringBuilder("# Written by coppice from registries.yaml; changes here are lost.\n");
        if (registry != "*")
        {
            toml.Append($"server = {Text("https://" + (registry == "docker.io" ? "registry-1.docker.io" : registry))}\n");
        }

        foreach (var endpoint in endpoints)
        {
            toml.Append($"\n[host.{Text(endpoint.GetLeftPart(UriPartial.Path).TrimEnd('/'))}]\n");
            toml.Append("  capabilities = [\"pull\", \"resolve\"]\n");
            if (!accesses.TryGetValue(endpoint.Authority, out var access))
            {
                continue;
            }

            if (access.InsecureSkipVerify)
            {
                toml.Append("  skip_verify = true\n");
            }

            if (access.CaFile is { } authority)
            {
                toml.Append($"  ca = {Text(authority)}\n");
            }

            if (access.CertFile is { } certificate)
            {
                toml.Append($"  client = [[{Text(certificate)}, {Text(access.KeyFile ?? certificate)}]]\n");
            }

            if (access is { Username: { } user, Password: { } password })
            {
                var basic = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"));
                toml.Append($"  [host.{Text(endpoint.GetLeftPart(UriPartial.Path).TrimEnd('/'))}.header]\n    Authorization = {Text("Basic " + basic)}\n");
            }
        }

        return toml.ToString();
    }

    // A TOML basic string has JSON's escapes.
    private static string Text(string value) => $"\"{JsonEncodedText.Encode(value)}\"";
}
