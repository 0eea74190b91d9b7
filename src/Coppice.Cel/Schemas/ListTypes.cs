using Coppice.Cel.Values;

namespace Coppice.Cel.Schemas;

/// <summary>A list of which only matters what is in it (<c>x-kubernetes-list-type: set</c>): the order does not, and a sum has everything once.</summary>
internal sealed class SetList(ListValue elements) : ListValue
{
    private HashSet<CelValue>? _set;

    public override int Count => elements.Count;

    public override CelValue this[int index] => elements[index];

    private HashSet<CelValue> Set => _set ??= new(elements.Elements(), KeyEquality.Instance);

    public override bool EqualTo(CelValue other) => other is ListValue list && list.Count == Count && list.Elements().All(Set.Contains);

    public override ListValue Concat(ListValue other)
    {
        var seen = new HashSet<CelValue>(Set, KeyEquality.Instance);
        return new SetList(new ArrayList([.. elements.Elements(), .. other.Elements().Where(seen.Add)]));
    }
}

/// <summary>A list that is a map by fields of its elements (<c>map</c>): a sum replaces what has the same keys, in its place.</summary>
/// <param name="keys">The fields' names in expressions.</param>
internal sealed class MapList(ListValue elements, IReadOnlyList<string> keys) : ListValue
{
    private Dictionary<CelValue, CelValue>? _byKey;

    public override int Count => elements.Count;

    public override CelValue this[int index] => elements[index];

    private Dictionary<CelValue, CelValue> ByKey => _byKey ??= Index();

    public override bool EqualTo(CelValue other) =>
        other is ListValue list && list.Count == Count && list.Elements().All(element => ByKey.TryGetValue(KeyOf(element), out var mine) && mine.EqualTo(element));

    public override ListValue Concat(ListValue other)
    {
        var all = new OrderedDictionary<CelValue, CelValue>(KeyEquality.Instance);
        foreach (var element in elements.Elements().Concat(other.Elements()))
        {
            all[KeyOf(element)] = element;
        }

        return new MapList(new ArrayList([.. all.Values]), keys);
    }

    private Dictionary<CelValue, CelValue> Index()
    {
        var index = new Dictionary<CelValue, CelValue>(KeyEquality.Instance);
        foreach (var element in elements.Elements())
        {
            index[KeyOf(element)] = element;
        }

        return index;
    }

    private CelValue KeyOf(CelValue element) => keys.Count == 1 ? Part(element, keys[0]) : new ArrayList([.. keys.Select(key => Part(element, key))]);

    private static CelValue Part(CelValue element, string key) => element is MapValue map && map.TryGetField(key, out var part) ? part : NullValue.Instance;
}
