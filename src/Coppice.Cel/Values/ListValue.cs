namespace Coppice.Cel.Values;

public abstract class ListValue : CelValue
{
    public sealed override string TypeName => "list";

    public sealed override long Size => Count;

    public abstract int Count { get; }

    public abstract CelValue this[int index] { get; }

    public bool Contains(CelValue value)
    {
        for (var i = 0; i < Count; i++)
        {
            if (this[i].EqualTo(value))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>This list with another's elements after its own.</summary>
    public virtual ListValue Concat(ListValue other) => other.Count == 0 ? this : Count == 0 ? other : new JoinedList(this, other);

    public override bool EqualTo(CelValue other)
    {
        if (other is not ListValue list || list.Count != Count)
        {
            return false;
        }

        for (var i = 0; i < Count; i++)
        {
            if (!this[i].EqualTo(list[i]))
            {
                return false;
            }
        }

        return true;
    }

    public IEnumerable<CelValue> Elements()
    {
        for (var i = 0; i < Count; i++)
        {
            yield return this[i];
        }
    }
}

/// <summary>A list that is at hand.</summary>
public sealed class ArrayList(IReadOnlyList<CelValue> elements) : ListValue
{
    public static readonly ArrayList Empty = new([]);

    public override int Count => elements.Count;

    public override CelValue this[int index] => elements[index];
}

/// <summary>Two lists seen as one; both are flat, so that a chain of sums does not become a chain of look-ups.</summary>
internal sealed class JoinedList : ListValue
{
    private readonly CelValue[] _elements;

    public JoinedList(ListValue first, ListValue second)
    {
        _elements = [.. first.Elements(), .. second.Elements()];
    }

    public override int Count => _elements.Length;

    public override CelValue this[int index] => _elements[index];
}
