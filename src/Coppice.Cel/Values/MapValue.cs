using System.Diagnostics.CodeAnalysis;

namespace Coppice.Cel.Values;

public abstract class MapValue : CelValue
{
    public override string TypeName => "map";

    public sealed override long Size => Count;

    public abstract int Count { get; }

    /// <summary>In an order that stays the same.</summary>
    public abstract IEnumerable<CelValue> Keys { get; }

    /// <param name="key">A number finds the key of its value, whatever their types.</param>
    public abstract bool TryGet(CelValue key, [NotNullWhen(true)] out CelValue? value);

    /// <summary>What <c>map.name</c> means.</summary>
    public virtual bool TryGetField(string name, [NotNullWhen(true)] out CelValue? value) => TryGet(new StringValue(name), out value);

    public override bool EqualTo(CelValue other)
    {
        if (other is not MapValue map || map.Count != Count)
        {
            return false;
        }

        foreach (var key in Keys)
        {
            if (!TryGet(key, out var mine) || !map.TryGet(key, out var theirs) || !mine.EqualTo(theirs))
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>A map that is at hand.</summary>
public sealed class DictionaryMap(IReadOnlyDictionary<CelValue, CelValue> entries) : MapValue
{
    public override int Count => entries.Count;

    public override IEnumerable<CelValue> Keys => entries.Keys;

    public override bool TryGet(CelValue key, [NotNullWhen(true)] out CelValue? value) => entries.TryGetValue(key, out value);

    public static OrderedDictionary<CelValue, CelValue> NewEntries() => new(KeyEquality.Instance);
}

/// <summary>An object of a type that was written with its name: <c>Object.spec{replicas: 1}</c>.</summary>
public sealed class MessageValue(string type, IReadOnlyDictionary<string, CelValue> fields) : MapValue
{
    public override string TypeName => type;

    public override int Count => fields.Count;

    public override IEnumerable<CelValue> Keys => fields.Keys.Select(name => new StringValue(name));

    public IReadOnlyDictionary<string, CelValue> Fields => fields;

    public override bool TryGet(CelValue key, [NotNullWhen(true)] out CelValue? value)
    {
        value = null;
        return key is StringValue name && fields.TryGetValue(name.Value, out value);
    }
}

/// <summary>When two keys of a map are one: the language's equality.</summary>
internal sealed class KeyEquality : IEqualityComparer<CelValue>
{
    public static readonly KeyEquality Instance = new();

    public bool Equals(CelValue? x, CelValue? y) => x is null ? y is null : y is not null && x.EqualTo(y);

    public int GetHashCode(CelValue value) => value switch
    {
        StringValue text => text.Value.GetHashCode(StringComparison.Ordinal),
        IntValue number => number.Value.GetHashCode(),
        UintValue number => ((long)number.Value).GetHashCode(),
        DoubleValue number => (number.Value < 9.2233720368547758e18 ? (long)number.Value : (long)(ulong)number.Value).GetHashCode(),
        BoolValue flag => flag.Value ? 1 : 2,
        ListValue list => list.Elements().Aggregate(list.Count, (hash, element) => HashCode.Combine(hash, GetHashCode(element))),
        _ => 0,
    };
}
