using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Coppice.ApiServer.Decoding;
using Coppice.Store.Encryption;

namespace Coppice.ApiServer.Encryption;

/// <summary>
/// Which resources are encrypted at rest, and with which keys, in the form of Kubernetes' EncryptionConfiguration. The first provider of
/// the first entry that names a resource is what it is written with; every key is tried for reading. Of the providers there are aesgcm and
/// identity (not encrypted).
/// </summary>
public sealed record EncryptionConfiguration
{
    private const string Version = "apiserver.config.k8s.io/v1";

    private static readonly int[] KeyBytes = [16, 24, 32];

    public string? ApiVersion { get; init; }

    public string? Kind { get; init; }

    public IReadOnlyList<EncryptedResources> Resources { get => field ?? []; init; }

    /// <summary>Secrets, with a key that was never used before.</summary>
    public static EncryptionConfiguration New() => new()
    {
        Resources = [new() { Resources = ["secrets"], Providers = [new() { AesGcm = new() { Keys = [NewKey()] } }, new() { Identity = default(JsonElement) }] }],
    };

    /// <exception cref="FormatException">It cannot be used; the message says where and why.</exception>
    public static EncryptionConfiguration Parse(string text, string file)
    {
        var read = ConfigurationFile.Read(text, file, EncryptionJsonContext.Default.EncryptionConfiguration);
        return Problem(read) is { } problem ? throw new FormatException($"{file}: {problem}") : read;
    }

    /// <summary>The same with a new key in front of all: what is written from now on is written with it.</summary>
    public EncryptionConfiguration WithNewKey() => this with
    {
        Resources = [.. Resources.Select(entry => entry with { Providers = [.. entry.Providers.Select(Renewed)] })],
    };

    /// <param name="file">Where the keys are, for what is said of one that is missing.</param>
    public ValueEncryption ToEncryption(string file)
    {
        var keys = Resources.SelectMany(entry => entry.Providers).SelectMany(KeysOf).Distinct().ToDictionary(
            one => one, one => new EncryptionKey(one.Name!, Convert.FromBase64String(one.Secret!)));
        return new(file, [.. keys.Values], resource => WritingProvider(resource)?.AesGcm is { } provider ? keys[provider.Keys[0]] : null);
    }

    public string ToYaml()
    {
        var text = new StringBuilder($"apiVersion: {Version}\nkind: {nameof(EncryptionConfiguration)}\nresources:\n");
        foreach (var entry in Resources)
        {
            text.Append($"- resources: [{string.Join(", ", entry.Resources.Select(one => $"'{one}'"))}]\n  providers:\n");
            foreach (var provider in entry.Providers)
            {
                text.Append(provider.AesGcm is null ? "  - identity: {}\n" : "  - aesgcm:\n      keys:\n");
                text.AppendJoin("", KeysOf(provider).Select(key => $"      - name: '{key.Name}'\n        secret: {key.Secret}\n"));
            }
        }

        return text.ToString();
    }

    private EncryptionProvider? WritingProvider(string resource) =>
        Resources.FirstOrDefault(entry => entry.Resources.Any(pattern => IsMeant(pattern, resource)))?.Providers[0];

    private static IReadOnlyList<EncryptionSecret> KeysOf(EncryptionProvider provider) => provider.AesGcm?.Keys ?? [];

    private static EncryptionProvider Renewed(EncryptionProvider provider) =>
        provider.AesGcm is { } keys ? provider with { AesGcm = new() { Keys = [NewKey(), .. keys.Keys] } } : provider;

    private static EncryptionSecret NewKey() => new()
    {
        Name = $"key-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}",
        Secret = Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyBytes[^1])),
    };

    /// <summary>A pattern is a resource, <c>*.GROUP</c>, <c>*.</c> (those of the core group) or <c>*.*</c>.</summary>
    private static bool IsMeant(string pattern, string resource) => pattern == resource || pattern == "*.*"
        || (pattern.StartsWith("*.", StringComparison.Ordinal) && (resource.IndexOf('.') is var dot and >= 0 ? resource[(dot + 1)..] : "") == pattern[2..]);

    private static string? Problem(EncryptionConfiguration read)
    {
        if ((read.ApiVersion, read.Kind) is not (Version, nameof(EncryptionConfiguration)))
        {
            return $"is no {nameof(EncryptionConfiguration)} of {Version}";
        }

        if (read.Resources.Count == 0)
        {
            return "resources: Required value: at least one entry is needed";
        }

        return read.Resources.SelectMany((entry, i) => Problems(entry, string.Create(CultureInfo.InvariantCulture, $"resources[{i}]"))).FirstOrDefault();
    }

    private static IEnumerable<string> Problems(EncryptedResources entry, string path)
    {
        if (entry.Resources.Count == 0)
        {
            yield return $"{path}.resources: Required value: at least one resource is needed";
        }

        if (entry.Providers.Count == 0)
        {
            yield return $"{path}.providers: Required value: at least one provider is needed";
        }

        foreach (var (i, provider) in entry.Providers.Index())
        {
            var at = string.Create(CultureInfo.InvariantCulture, $"{path}.providers[{i}]");
            if (provider is { AesCbc: not null } or { SecretBox: not null } or { Kms: not null })
            {
                yield return $"{at}: of the providers only aesgcm and identity are supported";
            }
            else if (provider.AesGcm is null == provider.Identity is null)
            {
                yield return $"{at}: exactly one provider is needed, aesgcm or identity";
            }
            else if (provider.AesGcm is { Keys.Count: 0 })
            {
                yield return $"{at}.aesgcm.keys: Required value: at least one key is needed";
            }

            foreach (var (k, key) in KeysOf(provider).Index())
            {
                if (Problem(key, KeysOf(provider).Take(k)) is { } problem)
                {
                    yield return string.Create(CultureInfo.InvariantCulture, $"{at}.aesgcm.keys[{k}]{problem}");
                }
            }
        }
    }

    private static string? Problem(EncryptionSecret key, IEnumerable<EncryptionSecret> before)
    {
        var secret = new byte[KeyBytes[^1] + 1];
        return string.IsNullOrEmpty(key.Name) || key.Name.Contains(':') || key.Name.Contains('\'') ? ".name: a name is needed, without colons and quotes"
            : before.Any(other => other.Name == key.Name) ? $".name: Duplicate value: \"{key.Name}\""
            : !Convert.TryFromBase64String(key.Secret ?? "", secret, out var length) ? ".secret: is no base64 of a key"
            : !KeyBytes.Contains(length) ? $".secret: has {length} bytes, and a key has 16, 24 or 32"
            : null;
    }
}

/// <summary>Resources that are encrypted alike.</summary>
public sealed record EncryptedResources
{
    public IReadOnlyList<string> Resources { get => field ?? []; init; }

    public IReadOnlyList<EncryptionProvider> Providers { get => field ?? []; init; }
}

/// <summary>One way to encrypt; exactly one of its parts is there.</summary>
public sealed record EncryptionProvider
{
    [JsonPropertyName("aesgcm")]
    public EncryptionKeys? AesGcm { get; init; }

    public JsonElement? Identity { get; init; }

    [JsonPropertyName("aescbc")]
    public JsonElement? AesCbc { get; init; }

    [JsonPropertyName("secretbox")]
    public JsonElement? SecretBox { get; init; }

    public JsonElement? Kms { get; init; }
}

/// <summary>The keys of a provider; the first is written with.</summary>
public sealed record EncryptionKeys
{
    public IReadOnlyList<EncryptionSecret> Keys { get => field ?? []; init; }
}

/// <summary>A key as the file has it.</summary>
public sealed record EncryptionSecret
{
    public string? Name { get; init; }

    /// <summary>16, 24 or 32 bytes in base64.</summary>
    public string? Secret { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(EncryptionConfiguration))]
internal sealed partial class EncryptionJsonContext : JsonSerializerContext;
