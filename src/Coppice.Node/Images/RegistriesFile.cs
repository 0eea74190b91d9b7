using Coppice.Node.Runtime;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Coppice.Node.Images;

/// <summary>Where images of a registry are really fetched from: the endpoints in order, then the registry itself.</summary>
public sealed record RegistryMirror(string Registry, IReadOnlyList<Uri> Endpoints);

/// <param name="Host">A registry or endpoint, with its port where it is not the usual one.</param>
/// <param name="CaFile">Path of a certificate to trust, or null.</param>
public sealed record RegistryAccess(
    string Host, string? Username, string? Password, string? CaFile, string? CertFile, string? KeyFile, bool InsecureSkipVerify);

/// <summary>
/// A registries.yaml, in the shape that k3s made known: <c>mirrors</c> by registry, and <c>configs</c> by host with <c>auth</c>
/// and <c>tls</c>. <c>*</c> as a registry is for all that are not named.
/// </summary>
public sealed record RegistriesFile(IReadOnlyList<RegistryMirror> Mirrors, IReadOnlyList<RegistryAccess> Accesses)
{
    public static readonly RegistriesFile Empty = new([], []);

    /// <exception cref="RuntimeException">It cannot be used; the message names the file, the line and the field.</exception>
    public static RegistriesFile Parse(string yaml, string fileName)
    {
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(yaml));
            if (stream.Documents.Count == 0)
            {
                return Empty;
            }

            return new RegistriesReader(fileName).Read(stream.Documents[0].RootNode);
        }
        catch (YamlException broken)
        {
            throw new RuntimeException($"{fileName}:{broken.Start.Line}: {broken.Message}", broken);
        }
    }
}

/// <summary>Walks the document and says where it is wrong: unknown fields are mistakes, not wishes.</summary>
internal sealed class RegistriesReader(string fileName)
{
    public RegistriesFile Read(YamlNode root)
    {
        if (root is YamlScalarNode { Value: null or "" })
        {
            return RegistriesFile.Empty;
        }

        var mirrors = new List<RegistryMirror>();
        var accesses = new List<RegistryAccess>();
        foreach (var (key, value) in Fields(root, ""))
        {
            if (key.Value == "mirrors")
            {
                mirrors.AddRange(Fields(value, "mirrors").Select(entry => Mirror(entry.Key.Value!, entry.Value)));
            }
            else if (key.Value == "configs")
            {
                accesses.AddRange(Fields(value, "configs").Select(entry => Access(entry.Key.Value!, entry.Value)));
            }
            else
            {
                throw Unknown(key, "", "mirrors, configs");
            }
        }

        return new RegistriesFile(mirrors, accesses);
    }

    private RegistryMirror Mirror(string registry, YamlNode node)
    {
        var path = $"mirrors.{registry}";
        var endpoints = new List<Uri>();
        foreach (var (key, value) in Fields(node, path))
        {
            if (key.Value != "endpoint")
            {
                throw Unknown(key, path, "endpoint");
            }

            if (value is not YamlSequenceNode list)
            {
                throw Wrong(value, path + ".endpoint", "must be a list of addresses");
            }

            endpoints.AddRange(list.Select((one, i) => Endpoint(one, $"{path}.endpoint[{i}]")));
        }

        return new RegistryMirror(registry, endpoints);
    }

    private Uri Endpoint(YamlNode node, string path) =>
        Uri.TryCreate(Scalar(node, path), UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? address
            : throw Wrong(node, path, "must be an address that begins with http:// or https://");

    private RegistryAccess Access(string host, YamlNode node)
    {
        var path = $"configs.{host}";
        var access = new RegistryAccess(host, null, null, null, null, null, false);
        foreach (var (key, value) in Fields(node, path))
        {
            access = key.Value switch
            {
                "auth" => Auth(access, value, path + ".auth"),
                "tls" => Tls(access, value, path + ".tls"),
                _ => throw Unknown(key, path, "auth, tls"),
            };
        }

        return access;
    }

    private RegistryAccess Auth(RegistryAccess access, YamlNode node, string path)
    {
        foreach (var (key, value) in Fields(node, path))
        {
            access = key.Value switch
            {
                "username" => access with { Username = Scalar(value, path + ".username") },
                "password" => access with { Password = Scalar(value, path + ".password") },
                _ => throw Unknown(key, path, "username, password"),
            };
        }

        return access;
    }

    private RegistryAccess Tls(RegistryAccess access, YamlNode node, string path)
    {
        foreach (var (key, value) in Fields(node, path))
        {
            access = key.Value switch
            {
                "ca_file" => access with { CaFile = Scalar(value, path + ".ca_file") },
                "cert_file" => access with { CertFile = Scalar(value, path + ".cert_file") },
                "key_file" => access with { KeyFile = Scalar(value, path + ".key_file") },
                "insecure_skip_verify" => access with { InsecureSkipVerify = Flag(value, path + ".insecure_skip_verify") },
                _ => throw Unknown(key, path, "ca_file, cert_file, key_file, insecure_skip_verify"),
            };
        }

        return access;
    }

    private IEnumerable<(YamlScalarNode Key, YamlNode Value)> Fields(YamlNode node, string path) =>
        node switch
        {
            YamlMappingNode map => map.Children.Select(entry => ((YamlScalarNode)entry.Key, entry.Value)),
            YamlScalarNode { Value: null or "" } => [],
            _ => throw Wrong(node, path.Length == 0 ? "the document" : path, "must be a mapping"),
        };

    private string Scalar(YamlNode node, string path) => node is YamlScalarNode { Value: { } text } ? text : throw Wrong(node, path, "must be a text");

    private bool Flag(YamlNode node, string path) =>
        bool.TryParse(Scalar(node, path), out var value) ? value : throw Wrong(node, path, "must be true or false");

    private RuntimeException Unknown(YamlNode key, string path, string known) =>
        Wrong(key, path.Length == 0 ? $"{key}" : $"{path}.{key}", $"is not a field here; there are: {known}");

    private RuntimeException Wrong(YamlNode node, string path, string reason) => new($"{fileName}:{node.Start.Line}: {path} {reason}");
}
