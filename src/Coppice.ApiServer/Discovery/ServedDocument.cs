namespace Coppice.ApiServer.Discovery;

/// <summary>A document that the server describes itself with, ready to be sent.</summary>
public sealed record ServedDocument(byte[] Body, string ContentType)
{
    /// <summary>In quotes, as in the header; null where clients do not ask by it. An equal If-None-Match is answered with 304.</summary>
    public string? ETag { get; init; }

    /// <summary>"gzip", or null for a body as it is.</summary>
    public string? ContentEncoding { get; init; }

    /// <summary>An object of the API, which is also given in YAML.</summary>
    public bool IsObject { get; init; }

    /// <summary>The address carries the hash of the content, so a client may keep it for good.</summary>
    public bool Immutable { get; init; }

    /// <summary>Where it is by now, with the query, if it was asked for by an old hash; null for what is answered with the body.</summary>
    public string? Location { get; init; }

    /// <summary>How long anybody may keep it; null if that is not said.</summary>
    public TimeSpan? MaxAge { get; init; }
}
