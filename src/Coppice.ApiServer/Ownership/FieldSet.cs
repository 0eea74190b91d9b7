using Coppice.Objects;

namespace Coppice.ApiServer.Ownership;

/// <summary>A step that a set of fields goes on by.</summary>
/// <param name="IsMember">The field itself is in the set, and not only some below it.</param>
internal readonly record struct FieldNode(PathElement Element, bool IsMember, FieldSet Below)
{
    public bool IsEmpty => !IsMember && Below.IsEmpty;
}

/// <summary>
/// A set of paths in an object, as a tree. Whether a field is in it says nothing of those below it: a map that a manager owns without its
/// keys is one whose being there it owns. Immutable; what an operation does not change is given back as it was.
/// </summary>
internal sealed class FieldSet : IEquatable<FieldSet>
{
    public static readonly FieldSet Empty = new([]);

    private static readonly Comparison<FieldNode> InOrder = (a, b) => a.Element.CompareTo(b.Element);

    private readonly FieldNode[] _nodes;

    private FieldSet(FieldNode[] nodes) => _nodes = nodes;

    public bool IsEmpty => _nodes.Length == 0;

    /// <summary>The set as it is written, once somebody has read or written it.</summary>
    public FieldsV1? Text { get; set; }

    /// <summary>In order, each step once, none of them empty.</summary>
    public ReadOnlySpan<FieldNode> Nodes => _nodes;

    /// <summary>The set of these nodes; those that are empty are left out, and of one step several are joined.</summary>
    public static FieldSet Of(List<FieldNode>? nodes)
    {
        if (nodes is null or [])
        {
            return Empty;
        }

        nodes.Sort(InOrder);
        var joined = new List<FieldNode>(nodes.Count);
        foreach (var node in nodes)
        {
            if (joined is [.., var last] && last.Element == node.Element)
            {
                joined[^1] = new(node.Element, last.IsMember || node.IsMember, last.Below.Union(node.Below));
            }
            else if (!node.IsEmpty)
            {
                joined.Add(node);
            }
        }

        return joined.Count == 0 ? Empty : new([.. joined]);
    }

    /// <summary>The set of one path.</summary>
    public static FieldSet OfPath(params ReadOnlySpan<string> fields) => fields switch
    {
        [] => Empty,
        [var last] => new([new(PathElement.Field(last), true, Empty)]),
        [var first, .. var rest] => new([new(PathElement.Field(first), false, OfPath(rest))]),
    };

    /// <summary>What the set has of a step; an empty node if nothing.</summary>
    public FieldNode Find(PathElement element)
    {
        var (low, high) = (0, _nodes.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var order = _nodes[middle].Element.CompareTo(element);
            if (order == 0)
            {
                return _nodes[middle];
            }

            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return new(element, false, Empty);
    }

    public FieldSet Union(FieldSet other) => other.IsEmpty ? this : IsEmpty ? other : Combine(
        other, keepsThis: true, keepsOther: true, (a, b) => new(a.Element, a.IsMember || b.IsMember, a.Below.Union(b.Below)));

    public FieldSet Intersect(FieldSet other) => Combine(
        other, keepsThis: false, keepsOther: false, (a, b) => new(a.Element, a.IsMember && b.IsMember, a.Below.Intersect(b.Below)));

    /// <summary>What is in this set and not in the other, path by path.</summary>
    public FieldSet Without(FieldSet other) => other.IsEmpty ? this : Combine(
        other, keepsThis: true, keepsOther: false, (a, b) => new(a.Element, a.IsMember && !b.IsMember, a.Below.Without(b.Below)));

    /// <summary>The same, and also without all that is below a field of the other set.</summary>
    public FieldSet WithoutTree(FieldSet other) => other.IsEmpty ? this : Combine(
        other, keepsThis: true, keepsOther: false, (a, b) => b.IsMember ? new(a.Element, false, Empty) : new(a.Element, a.IsMember, a.Below.WithoutTree(b.Below)));

    /// <summary>Every path, those that end at a step before those that go on from there.</summary>
    public IEnumerable<string> Paths()
    {
        foreach (var node in _nodes)
        {
            if (node.IsMember)
            {
                yield return node.Element.ToString();
            }
        }

        foreach (var node in _nodes)
        {
            foreach (var below in node.Below.Paths())
            {
                yield return $"{node.Element}{below}";
            }
        }
    }

    public bool Equals(FieldSet? other) => ReferenceEquals(this, other) || (other is not null && Nodes.SequenceEqual(other.Nodes));

    public override bool Equals(object? obj) => Equals(obj as FieldSet);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var node in _nodes)
        {
            hash.Add(node);
        }

        return hash.ToHashCode();
    }

    public override string ToString() => string.Join('\n', Paths());

    private FieldSet Combine(FieldSet other, bool keepsThis, bool keepsOther, Func<FieldNode, FieldNode, FieldNode> both)
    {
        var nodes = new List<FieldNode>(_nodes.Length);
        var (mine, theirs) = (0, 0);
        while (mine < _nodes.Length || theirs < other._nodes.Length)
        {
            var order = mine == _nodes.Length ? 1 : theirs == other._nodes.Length ? -1 : InOrder(_nodes[mine], other._nodes[theirs]);
            switch (order)
            {
                case < 0:
                    AddIf(keepsThis, _nodes[mine++]);
                    break;
                case > 0:
                    AddIf(keepsOther, other._nodes[theirs++]);
                    break;
                default:
                    var joined = both(_nodes[mine++], other._nodes[theirs++]);
                    AddIf(!joined.IsEmpty, joined);
                    break;
            }
        }

        return nodes.Count == 0 ? Empty : IsAsBefore() ? this : new([.. nodes]);

        void AddIf(bool isKept, FieldNode node)
        {
            if (isKept)
            {
                nodes.Add(node);
            }
        }

        bool IsAsBefore()
        {
            if (nodes.Count != _nodes.Length)
            {
                return false;
            }

            for (var i = 0; i < _nodes.Length; i++)
            {
                if (nodes[i].Element != _nodes[i].Element || nodes[i].IsMember != _nodes[i].IsMember || !ReferenceEquals(nodes[i].Below, _nodes[i].Below))
                {
                    return false;
                }
            }

            return true;
        }
    }
}
