using Coppice.ApiServer.Http;
using Coppice.Client;
using Coppice.Objects;
using Coppice.Store;

namespace Coppice.Composition;

/// <summary>What a server is asked about its health: the checks that clients know from Kubernetes, each of what is its like here, and those of our own parts.</summary>
internal static class ServerHealth
{
    /// <param name="log">Why the log takes no lines; null while it does.</param>
    /// <param name="storeTrouble">Why the store refuses writes; null while it takes them.</param>
    /// <param name="missingApis">Names of the APIServices of this server that are not there yet.</param>
    /// <param name="own">What Kubernetes has no name for.</param>
    public static HealthCheck[] Checks(
        Func<string?> log, IRevisionStore store, Func<string?> storeTrouble, CacheSet caches, StartHooks hooks, Func<IReadOnlyList<string>> missingApis, params IEnumerable<HealthCheck> own) =>
    [
        new("log", false, log),
        new("etcd", false, () => ReadProblem(store)),
        new("etcd-readiness", true, () => ReadProblem(store) ?? (storeTrouble() is { } trouble ? $"error writing data to etcd: {trouble}" : null)),
        new("informer-sync", true, () => UnsyncedProblem(caches)),
        .. hooks.Checks(new("autoregister-completion", false, () => missingApis() is { Count: > 0 } missing ? $"missing APIService: [{string.Join(' ', missing)}]" : null)),
        .. own,
    ];

    private static string? ReadProblem(IRevisionStore store)
    {
        try
        {
            // As etcd is asked for it: whether it is there is all the same.
            return store.GetAsync("health", default).IsCompletedSuccessfully ? null : "error getting data from etcd: no answer";
        }
        catch (Exception failed) when (failed is StoreUnavailableException or ObjectDisposedException)
        {
            return $"error getting data from etcd: {failed.Message}";
        }
    }

    /// <summary>Of the kinds that every cluster has: one that somebody defines may have objects that cannot be read, and the server is well all the same.</summary>
    private static string? UnsyncedProblem(CacheSet caches)
    {
        var missing = caches.Unsynced.Where(kind => !kind.IsCustom).Select(kind => $"*{kind.Version}.{kind.Name}").Distinct().Order(StringComparer.Ordinal).ToArray();
        return missing.Length == 0 ? null : $"{missing.Length} informers not started yet: [{string.Join(' ', missing)}]";
    }
}
