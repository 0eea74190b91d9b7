using System.Diagnostics.CodeAnalysis;

namespace Coppice.Client;

/// <summary>A table of bounded size that forgets what was not asked for longest. For one thread at a time.</summary>
public sealed class RecentTable<TKey, TValue>(int capacity) where TKey : notnull
{
    private readonly Dictionary<TKey, LinkedListNode<(TKey Key, TValue Value)>> _nodes = [];
    private readonly LinkedList<(TKey Key, TValue Value)> _newestFirst = [];

    public int Count => _nodes.Count;

    /// <summary>The newest first. Looking through them is no asking.</summary>
    public IEnumerable<(TKey Key, TValue Value)> All => _newestFirst;

    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        if (!_nodes.TryGetValue(key, out var node))
        {
            value = default;
            return false;
        }

        _newestFirst.Remove(node);
        _newestFirst.AddFirst(node);
        value = node.Value.Value;
        return true;
    }

    public void Set(TKey key, TValue value)
    {
        if (_nodes.Remove(key, out var old))
        {
            _newestFirst.Remove(old);
        }

        _nodes[key] = _newestFirst.AddFirst((key, value));
        if (_nodes.Count > capacity)
        {
            _nodes.Remove(_newestFirst.Last!.Value.Key);
            _newestFirst.RemoveLast();
        }
    }
    public void RemoveWhere(Func<TKey, bool> isGone)
    {
        foreach (var key in _nodes.Keys.Where(isGone).ToList())
        {
            _nodes.Remove(key, out var node);
            _newestFirst.Remove(node!);
        }
    }
}
