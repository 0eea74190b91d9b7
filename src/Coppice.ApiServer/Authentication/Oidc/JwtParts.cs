using System.Buffers.Text;
using System.Text.Json;

namespace Coppice.ApiServer.Authentication.Oidc;

/// <summary>Reads the parts of a token (JSON Web Token), and what its claims are.</summary>
internal static class JwtParts
{
    /// <summary>Who says to have signed it, which is not looked at here; null if that is no token.</summary>
    public static string? IssuerOf(string token) => token.Split('.') is [_, var claims, _] && Read(claims) is { } read ? Text(read, "iss") : null;

    /// <summary>A JSON object of a token; null if it is none.</summary>
    public static JsonElement? Read(string part)
    {
        try
        {
            using var document = JsonDocument.Parse(Decode(part));
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public static byte[]? Decode(string part)
    {
        try
        {
            return Base64Url.DecodeFromChars(part);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    public static string? Text(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>A string counts as a list of one; null for what is neither.</summary>
    public static IReadOnlyList<string>? Texts(JsonElement claims, string name) => !claims.TryGetProperty(name, out var value) ? null
        : value.ValueKind == JsonValueKind.String ? [value.GetString()!]
        : value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(one => one.ValueKind == JsonValueKind.String) ? [.. value.EnumerateArray().Select(one => one.GetString()!)]
        : null;

    public static DateTimeOffset? Time(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var seconds)
        && seconds is > 0 and < 253402300800
            ? DateTimeOffset.UnixEpoch.AddSeconds(seconds)
            : null;
}
