using System.Diagnostics.CodeAnalysis;

namespace Coppice.Cel.Values;

/// <summary>
/// The list that a comprehension builds. It grows in place, which nobody can see: an accumulator has no name that could be written, and
/// what is given away is finished.
/// </summary>
internal sealed class GrowingList : ListValue
{
    private readonly List<CelValue> _elements = [];

    public override int Count => _elements.Count;

    public override CelValue this[int index] => _elements[index];

    public override ListValue Concat(ListValue other)
    {
        for (var i = 0; i < other.Count; i++)
        {
            _elements.Add(other[i]);
        }

        return this;
    }

    public ListValue Finish() => new ArrayList(_elements);
}

/// <summary>The same for a map.</summary>
internal sealed class GrowingMap : MapValue
{
    private readonly OrderedDictionary<CelValue, CelValue> _entries = DictionaryMap.NewEntries();

    public override int Count => _entries.Count;

    public override IEnumerable<CelValue> Keys => _entries.Keys;

    public override bool TryGet(CelValue key, [NotNullWhen(true)] out CelValue? value) => _entries.TryGetValue(key, out value);

    /// <returns>This, or the error that the key is there already.</returns>
    public CelValue Insert(CelValue key, CelValue value) => _entries.TryAdd(key, value) ? this : new ErrorValue($"insert failed: key {ValueText.Of(key)} already exists");

    public MapValue Finish() => new DictionaryMap(_entries);
}
