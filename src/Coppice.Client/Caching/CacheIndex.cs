using Coppice.Objects;

namespace Coppice.Client;

/// <summary>Objects of a cache by a name that is not their own: a pod's node, an owner's uid.</summary>
public sealed class CacheIndex<T> where T : KubernetesObject
{
    internal CacheIndex(InformerIndex shared) => Shared = shared;

    internal InformerIndex Shared { get; }

    /// <summary>The objects under a name, in the order of their keys.</summary>
    public IReadOnlyList<T> Find(string name) => Shared.Find<T>(name);
}

/// <summary>An index of an informer, kept while anybody uses it.</summary>
/// <param name="declared">The function that users gave, which tells whether two mean the same index.</param>
/// <param name="namesOf">The same for an object of any type.</param>
internal sealed class InformerIndex(Delegate declared, Func<KubernetesObject, IEnumerable<string>> namesOf, Lock gate)
{
    private readonly Dictionary<string, SortedDictionary<ObjectKey, KubernetesObject>> _byName = new(StringComparer.Ordinal);

    public Delegate Names => declared;

    public int Users { get; set; } = 1;

    public IReadOnlyList<T> Find<T>(string name) where T : KubernetesObject
    {
        lock (gate)
        {
            if (!_byName.TryGetValue(name, out var items))
            {
                return [];
            }

            var found = new T[items.Count];
            var next = 0;
            foreach (var item in items.Values)
            {
                found[next++] = (T)item;
            }

            return found;
        }
    }

    public void Update(ObjectKey key, KubernetesObject? old, KubernetesObject? item)
    {
        foreach (var name in old is null ? [] : namesOf(old))
        {
            if (_byName.TryGetValue(name, out var items) && items.Remove(key) && items.Count == 0)
            {
                _byName.Remove(name);
            }
        }

        foreach (var name in item is null ? [] : namesOf(item))
        {
            if (!_byName.TryGetValue(name, out var items))
            {
                _byName[name] = items = [];
            }

            items[key] = item!;
        }
    }
}
