using Coppice.Objects;

namespace Coppice.Scheduler;

/// <summary>
/// What is said of pods by their labels, found by the labels of one: of thousands of apps that each say something of their own pods, those
/// of a pod's own app are looked at.
/// </summary>
/// <param name="pods">Which pods a key is about.</param>
internal sealed class LabelIndex<TKey, TValue>(Func<TKey, LabelQuery> pods)
    where TKey : notnull
{
    private readonly Dictionary<(string Label, string Value), Dictionary<TKey, TValue>> _byLabel = [];
    private readonly Dictionary<TKey, TValue> _others = [];

    public int Count { get; private set; }

    /// <summary>The value under a key; the type's default if there is none.</summary>
    public TValue? Find(TKey key) => Table(key) is { } table ? table.GetValueOrDefault(key) : default;

    /// <summary>Puts a value under a key that has none.</summary>
    public void Add(TKey key, TValue value)
    {
        var table = Table(key);
        if (table is null)
        {
            _byLabel[Anchor(key)!.Value] = table = [];
        }

        table.Add(key, value);
        Count++;
    }

    public void Remove(TKey key)
    {
        if (Table(key) is not { } table || !table.Remove(key))
        {
            return;
        }

        Count--;
        if (table.Count == 0 && Anchor(key) is { } anchor)
        {
            _byLabel.Remove(anchor);
        }
    }

    public void RemoveWhere(Func<TKey, bool> isGone)
    {
        foreach (var key in _byLabel.Values.Append(_others).SelectMany(table => table.Keys).Where(isGone).ToList())
        {
            Remove(key);
        }
    }

    public void Clear()
    {
        _byLabel.Clear();
        _others.Clear();
        Count = 0;
    }

    /// <summary>Those that may be about a pod with these labels, and some that are not, in no order.</summary>
    public IEnumerable<KeyValuePair<TKey, TValue>> Among(ValueMap<string> labels)
    {
        foreach (var one in _others)
        {
            yield return one;
        }

        if (_byLabel.Count == 0)
        {
            yield break;
        }

        foreach (var (label, value) in labels)
        {
            if (_byLabel.TryGetValue((label, value), out var table))
            {
                foreach (var one in table)
                {
                    yield return one;
                }
            }
        }
    }

    private Dictionary<TKey, TValue>? Table(TKey key) => Anchor(key) is { } anchor ? _byLabel.GetValueOrDefault(anchor) : _others;

    /// <summary>A label with the one value that a pod must have; null if there is none.</summary>
    private (string Label, string Value)? Anchor(TKey key)
    {
        foreach (var requirement in pods(key).Requirements)
        {
            if (requirement is { Operator: LabelOperator.In, Values: [var value] })
            {
                return (requirement.Key, value);
            }
        }

        return null;
    }
}
