using System.Globalization;

namespace Coppice.ApiServer.Requests;

/// <summary>One of the media types that a client would take.</summary>
/// <param name="Parameters">But for the quality; of one that is given twice, the last counts.</param>
internal readonly record struct MediaWish(string Type, string Subtype, double Quality, IReadOnlyList<(string Name, string Value)> Parameters)
{
    /// <summary>Whether a media type would do.</summary>
    public bool Takes(string mediaType)
    {
        var slash = mediaType.IndexOf('/', StringComparison.Ordinal);
        return Type == "*" || (mediaType.AsSpan(0, slash).SequenceEqual(Type) && (Subtype == "*" || mediaType.AsSpan(slash + 1).SequenceEqual(Subtype)));
    }

    public string? Parameter(string name) => Parameters.LastOrDefault(p => p.Name == name).Value;
}

/// <summary>What a client would like to be answered with.</summary>
internal static class AcceptHeader
{
    /// <summary>
    /// The media types of the header, those it wants most first. What cannot be read is passed over, so that no header is too odd to be
    /// answered.
    /// </summary>
    public static IReadOnlyList<MediaWish> Wishes(string? accept) =>
    [
        .. (accept ?? "").Split(',').Select(Parse).OfType<MediaWish>()
            .OrderByDescending(w => w.Quality).ThenBy(w => w.Type == "*").ThenBy(w => w.Subtype == "*"),
    ];

    /// <summary>Whether an Accept-Encoding header has gzip. Kubernetes looks for the bare word, so that "gzip;q=0" is none.</summary>
    public static bool TakesGzip(string? acceptEncoding) =>
        acceptEncoding is not null && acceptEncoding.Split(',', StringSplitOptions.TrimEntries).Contains("gzip", StringComparer.Ordinal);

    private static MediaWish? Parse(string text)
    {
        var parts = text.Split(';', StringSplitOptions.TrimEntries);
        (string, string)? media = parts[0].ToLowerInvariant().Split('/', StringSplitOptions.TrimEntries) switch
        {
            ["*"] => ("*", "*"),
            [var type, { Length: > 0 } subtype] => (type, subtype),
            _ => null,
        };
        if (media is not var (of, what))
        {
            return null;
        }

        var quality = 1.0;
        var parameters = new List<(string, string)>();
        foreach (var part in parts.AsSpan(1))
        {
            if (part.Split('=', StringSplitOptions.TrimEntries) is [var name, var value])
            {
                if (name == "q")
                {
                    _ = double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out quality);
                }
                else
                {
                    parameters.Add((name, value));
                }
            }
        }

        return new(of, what, quality, parameters);
    }
}
