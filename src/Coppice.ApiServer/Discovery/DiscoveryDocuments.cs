using System.Collections.Concurrent;
using System.Security.Cryptography;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Responses;

namespace Coppice.ApiServer.Discovery;

/// <summary>
/// Answers what clients ask before anything else: which groups, versions and resources there are, and what the server is. Every
/// document is made at its first request and kept.
/// </summary>
/// <param name="groups">As <see cref="ServedGroups.Of"/> makes them.</param>
/// <param name="serverAddress">Where clients reach this server, as in "192.0.2.1:6443".</param>
public sealed class DiscoveryDocuments(IReadOnlyList<ServedGroup> groups, string serverAddress)
{
    private const string Index = "/";

    private readonly ConcurrentDictionary<(string Path, string? Aggregated), ServedDocument?> _documents = new();

    public IReadOnlyList<ServedGroup> Groups { get; } = groups;

    /// <summary>What is served besides: the index has it too.</summary>
    public IReadOnlyList<string> OtherPaths { get; init; } = [];

    /// <summary>The document at a path, or null when the path is none of discovery's or names a group that is not served.</summary>
    /// <param name="path">As in the request, without the query.</param>
    /// <param name="accept">The request's Accept header.</param>
    public ServedDocument? Find(string path, string? accept)
    {
        path = path is "/" or "/index.html" ? Index : path.TrimEnd('/');
        if (path != Index && path != "/version" && path != "/api" && path != "/apis" && !path.StartsWith("/api/", StringComparison.Ordinal)
            && !path.StartsWith("/apis/", StringComparison.Ordinal))
        {
            return null;
        }

        var aggregated = path is "/api" or "/apis" ? AggregatedWish(accept) : null;
        if (_documents.TryGetValue((path, aggregated), out var known))
        {
            return known;
        }

        // What does not exist is not remembered: the paths a stranger may think of have no end.
        return Make(path, aggregated) is { } made ? _documents.GetOrAdd((path, aggregated), made) : null;
    }

    /// <summary>The version of the aggregated document that the client would rather have than the plain one, if it would.</summary>
    private static string? AggregatedWish(string? accept)
    {
        foreach (var wish in AcceptHeader.Wishes(accept))
        {
            if (wish is not { Type: "application", Subtype: "json" })
            {
                continue;
            }

            if (wish.Parameter("as") is null)
            {
                return null;
            }

            if (wish.Parameter("as") == AggregatedDiscovery.Kind
                && wish.Parameter("g") == AggregatedDiscovery.Group
                && wish.Parameter("v") is { } version
                && AggregatedDiscovery.Versions.Contains(version))
            {
                return version;
            }
        }

        return null;
    }

    private ServedDocument? Make(string path, string? aggregated)
    {
        if (aggregated is not null)
        {
            var body = AggregatedDiscovery.Write(aggregated, Groups.Where(g => (g.Name.Length == 0) == (path == "/api")));
            return new(body, AggregatedDiscovery.ContentType(aggregated)) { ETag = $"\"{Convert.ToHexString(SHA256.HashData(body))}\"" };
        }

        return Plain(path) is { } plain ? new(plain, "application/json") { IsObject = path is not (Index or "/version") } : null;
    }

    // The index and the version are for people in any case.
    private byte[]? Plain(string path) => path.Split('/')[1..] switch
    {
        [""] => IndentedText.Of(JsonDocumentWriter.Write(json => json.WriteStrings("paths", Paths().Order(StringComparer.Ordinal)))).ToArray(),
        ["version"] => IndentedText.Of(ServerVersion.Write()).ToArray(),
        ["api"] => GroupDocuments.ApiVersions(Groups.First(g => g.Name.Length == 0), serverAddress),
        ["apis"] => GroupDocuments.GroupList(Groups.Where(g => g.Name.Length > 0)),
        ["api", var version] => ResourceList("", version),
        ["apis", { Length: > 0 } name] => Groups.FirstOrDefault(g => g.Name == name) is { } group ? GroupDocuments.Group(group) : null,
        ["apis", { Length: > 0 } name, var version] => ResourceList(name, version),
        _ => null,
    };

    private IEnumerable<string> Paths() =>
    [
        "/api", "/apis", "/apis/", "/version", .. OtherPaths,
        .. Groups.Where(g => g.Name.Length > 0).Select(g => $"/apis/{g.Name}"),
        .. Groups.SelectMany(g => g.Versions).Select(v => v.Root),
    ];

    private byte[]? ResourceList(string group, string version) =>
        Groups.SelectMany(g => g.Versions).FirstOrDefault(v => v.Group == group && v.Version == version) is { } served
            ? GroupDocuments.ResourceList(served)
            : null;
}
