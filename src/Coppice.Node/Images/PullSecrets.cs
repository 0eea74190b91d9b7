using System.Text;
using System.Text.Json;
using Coppice.Node.Runtime;
using Coppice.Objects.Core;

namespace Coppice.Node.Images;

/// <summary>Reads registry credentials out of pull secrets, of either form: dockerconfigjson and the older dockercfg. Pure.</summary>
public static class PullSecrets
{
    private const string ConfigJsonKey = ".dockerconfigjson";
    private const string ConfigKey = ".dockercfg";

    /// <summary>In the order of the secrets. What cannot be read gives nothing: the pull then fails and says so.</summary>
    public static IReadOnlyList<RegistryCredential> Read(IEnumerable<Secret> secrets) =>
        [.. secrets.SelectMany(secret => Read(secret).Select(one => one with { Secret = secret.Metadata.Uid }))];

    private static List<RegistryCredential> Read(Secret secret)
    {
        var result = new List<RegistryCredential>();
        try
        {
            if (secret.Data.TryGetValue(ConfigJsonKey, out var json))
            {
                using var document = JsonDocument.Parse(json.Bytes);
                if (document.RootElement.TryGetProperty("auths", out var auths))
                {
                    Add(result, auths);
                }
            }
            else if (secret.Data.TryGetValue(ConfigKey, out var old))
            {
                using var document = JsonDocument.Parse(old.Bytes);
                Add(result, document.RootElement);
            }
        }
        catch (Exception broken) when (broken is JsonException or FormatException or InvalidOperationException)
        {
            result.Clear();
        }

        return result;
    }

    private static void Add(List<RegistryCredential> result, JsonElement servers)
    {
        foreach (var server in servers.EnumerateObject())
        {
            var user = Text(server.Value, "username");
            var password = Text(server.Value, "password");
            if (Text(server.Value, "auth") is { Length: > 0 } packed)
            {
                var pair = Encoding.UTF8.GetString(Convert.FromBase64String(packed));
                var colon = pair.IndexOf(':');
                if (colon > 0)
                {
                    (user, password) = (pair[..colon], pair[(colon + 1)..].TrimEnd('\0'));
                }
            }

            if (user is not null)
            {
                result.Add(new RegistryCredential(server.Name, user, password ?? ""));
            }
        }
    }

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetString() : null;
}
