namespace Coppice.Store.Mvcc;

/// <summary>The segments by name and in order. Their order is that of their keys: no segment's keys lie between another's.</summary>
internal sealed class SegmentTable
{
    private readonly Dictionary<string, Segment> _byName = new(StringComparer.Ordinal);
    private readonly List<Segment> _ordered = [];

    public IReadOnlyList<Segment> All => _ordered;

    /// <summary>A prefix without '/' may reach into several segments.</summary>
    public static bool IsWide(string prefix) => !prefix.Contains('/');

    public Segment? Find(string key) =>
        _byName.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(Segment.NameOf(key), out var segment) ? segment : null;

    public Segment FindOrAdd(string key)
    {
        if (Find(key) is { } known)
        {
            return known;
        }

        var added = new Segment(Segment.NameOf(key).ToString());
        _byName.Add(added.Name, added);
        var place = _ordered.FindIndex(other => string.CompareOrdinal(other.Name, added.Name) > 0);
        _ordered.Insert(place < 0 ? _ordered.Count : place, added);
        return added;
    }

    /// <summary>The segments with keys below a prefix, in key order.</summary>
    public IReadOnlyList<Segment> Below(string prefix)
    {
        if (!IsWide(prefix))
        {
            return Find(prefix) is { } only ? [only] : [];
        }

        return prefix.Length == 0 ? _ordered : _ordered.FindAll(segment => segment.Name.StartsWith(prefix, StringComparison.Ordinal));
    }
}
