using System.Collections.Frozen;
using Coppice.Objects;

namespace Coppice.ApiServer.Storage;

/// <summary>The objects of a small kind as they are now, by namespace. Sorted anew only when one of them has changed.</summary>
internal sealed class LiveByNamespace<T>(LiveObjects<T> live)
    where T : KubernetesObject
{
    private readonly LiveView<T, FrozenDictionary<string, T[]>> _byNamespace = new(
        live, all => all.GroupBy(one => one.Key.Namespace, one => one.Value).ToFrozenDictionary(group => group.Key, group => group.ToArray()));

    /// <summary>In the order of their names.</summary>
    public async ValueTask<IReadOnlyList<T>> NowAsync(string space, CancellationToken stop) =>
        (await _byNamespace.NowAsync(stop)).GetValueOrDefault(space) ?? [];
}
