using System.Collections.Frozen;
using System.Collections.Immutable;
using Coppice.Objects;

namespace Coppice.ApiServer.Storage;

/// <summary>The objects of a small kind as they are now, by namespace. Sorted anew only when one of them has changed.</summary>
internal sealed class LiveByNamespace<T>(LiveObjects<T> live)
    where T : KubernetesObject
{
    private volatile Sorted? _last;

    /// <summary>In the order of their names.</summary>
    public async ValueTask<IReadOnlyList<T>> NowAsync(string space, CancellationToken stop)
    {
        var all = await live.NowAsync(stop);
        var last = _last;
        if (!ReferenceEquals(last?.From, all))
        {
            var byNamespace = all.GroupBy(one => one.Key.Namespace, one => one.Value).ToFrozenDictionary(group => group.Key, group => group.ToArray());
            _last = last = new(all, byNamespace);
        }

        return last!.ByNamespace.GetValueOrDefault(space) ?? [];
    }

    private sealed record Sorted(ImmutableSortedDictionary<ObjectKey, T> From, FrozenDictionary<string, T[]> ByNamespace);
}
