using System.Collections.Concurrent;
using Coppice.ApiServer.Discovery;

namespace Coppice.ApiServer.OpenApi;

/// <summary>
/// What may be done in each version of the API, as OpenAPI version 2 writes it: after a change of one definition that of the others is
/// taken over, which is most of the whole document.
/// </summary>
internal sealed class WrittenPaths
{
    private readonly ConcurrentDictionary<string, IReadOnlyList<WrittenPath>> _byHash = new(StringComparer.Ordinal);

    /// <param name="hash">What the version looks like: another one as soon as it looks otherwise.</param>
    public IReadOnlyList<WrittenPath> Of(ServedVersion version, string hash) => _byHash.GetOrAdd(hash, _ => [.. OperationTable.Of(version).Select(OpenApiV2Json.Write)]);

    /// <summary>Forgets the versions that are served no more, or look otherwise.</summary>
    public void Keep(IReadOnlyCollection<string> hashes)
    {
        foreach (var gone in _byHash.Keys.Except(hashes, StringComparer.Ordinal))
        {
            _byHash.TryRemove(gone, out _);
        }
    }
}

/// <param name="Json">What may be done there, as an object.</param>
internal sealed record WrittenPath(string Path, byte[] Json);
