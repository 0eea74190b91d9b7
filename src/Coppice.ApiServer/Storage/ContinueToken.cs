using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Coppice.ApiServer.Errors;
using Coppice.Objects;
using Coppice.Store;

namespace Coppice.ApiServer.Storage;

/// <summary>Where a page of a list ended, as clients hand it back for the next.</summary>
/// <param name="At">The list's revision; null to go on at the newest, after the list's own was compacted away.</param>
/// <param name="After">The last key given, below the list's prefix.</param>
internal sealed record ContinueToken(Revision? At, string After)
{
    // In the token, as in Kubernetes', the revision that stands for the newest.
    private const long Newest = -1;

    private const string Version = "meta.k8s.io/v1";

    public string Encode()
    {
        var start = JsonSerializer.Serialize(After, ApiJson.TypeInfo<string>());
        return Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{{\"v\":\"{Version}\",\"rv\":{At?.Value ?? Newest},\"start\":{start}}}"));
    }

    /// <exception cref="ApiError">BadRequest: it is no token of ours.</exception>
    public static ContinueToken Decode(string token)
    {
        try
        {
            using var json = JsonDocument.Parse(Base64Url.DecodeFromChars(token));
            var revision = json.RootElement.GetProperty("rv").GetInt64();
            var start = json.RootElement.GetProperty("start").GetString() ?? throw new FormatException("no start");
            if (json.RootElement.GetProperty("v").GetString() != Version)
            {
                throw new FormatException("server does not recognize this encoded version");
            }

            return revision == 0 ? throw new FormatException($"incorrect encoded start resourceVersion (version {Version})")
                : start.Length == 0 ? throw new FormatException($"encoded start key empty (version {Version})")
                : new(revision < 0 ? null : new Revision(revision), start);
        }
        catch (Exception e) when (e is FormatException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw ApiErrors.InvalidContinue(e.Message);
        }
    }
}
