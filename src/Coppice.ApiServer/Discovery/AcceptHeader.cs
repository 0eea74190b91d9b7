using Microsoft.Net.Http.Headers;

namespace Coppice.ApiServer.Discovery;

/// <summary>What a client would like to be answered with.</summary>
internal static class AcceptHeader
{
    /// <summary>The media types of the header, those it wants most first; nothing where it is absent or cannot be read.</summary>
    public static IReadOnlyList<MediaTypeHeaderValue> Wishes(string? accept) =>
        accept is not null && MediaTypeHeaderValue.TryParseList(accept.Split(','), out var list)
            ? [.. list.OrderByDescending(m => m.Quality ?? 1)]
            : [];

    /// <summary>Whether an Accept-Encoding header allows gzip.</summary>
    public static bool TakesGzip(string? acceptEncoding) =>
        acceptEncoding is not null
        && StringWithQualityHeaderValue.TryParseList(acceptEncoding.Split(','), out var list)
        && list.Any(e => e.Value.Equals("gzip", StringComparison.OrdinalIgnoreCase) && e.Quality is null or > 0);

    public static string? Parameter(this MediaTypeHeaderValue media, string name) =>
        media.Parameters.FirstOrDefault(p => p.Name.Equals(name, StringComparison.OrdinalIgnoreCase))?.Value.Value;
}
