using System.Collections.Concurrent;

namespace Coppice.ApiServer.OpenApi;

/// <summary>Parts of the API as OpenAPI version 2 writes them: after a change of one definition the others are taken over, which are most of the whole document.</summary>
internal sealed class WrittenDescriptions
{
    private readonly ConcurrentDictionary<string, WrittenDescription> _byHash = new(StringComparer.Ordinal);

    /// <param name="hash">Of how the part looks: another one as soon as it looks otherwise.</param>
    public WrittenDescription Of(string hash, Func<ApiDescription> part) => _byHash.GetOrAdd(hash, _ => OpenApiV2Json.Write(part()));

    /// <summary>Forgets the parts that are served no more, or look otherwise.</summary>
    public void Keep(IEnumerable<string> hashes)
    {
        foreach (var gone in _byHash.Keys.Except(hashes, StringComparer.Ordinal))
        {
            _byHash.TryRemove(gone, out _);
        }
    }
}

/// <param name="Paths">By their paths, what may be done there.</param>
/// <param name="Definitions">By their names.</param>
internal sealed record WrittenDescription(IReadOnlyList<WrittenEntry> Paths, IReadOnlyList<WrittenEntry> Definitions);

/// <param name="Json">An object.</param>
internal sealed record WrittenEntry(string Name, byte[] Json);
