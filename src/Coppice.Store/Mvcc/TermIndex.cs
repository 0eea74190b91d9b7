namespace Coppice.Store.Mvcc;

/// <summary>
/// The keys of a segment by the term of their values. A term has every key that has it or had it, with the newest version that has it, or
/// the one that took it away; the older ones are behind that, as in the segment's own keys. So what it takes to read one term, at any
/// revision that history keeps, goes by what is or was there.
/// </summary>
internal sealed class TermIndex
{
    /// <summary>Of keys: there may be thousands of terms with some dozen keys each.</summary>
    private const int ChunkSize = 32;

    private static readonly KeyIndex None = new(isLookedUp: false, chunkSize: 1);

    private readonly Dictionary<string, KeyIndex> _keys = new(StringComparer.Ordinal);
    private readonly Dictionary<string, LinkedList<HistoryWatch>> _waiting = new(StringComparer.Ordinal);

    public TermIndex(StoreIndex index, KeyIndex keys)
    {
        Index = index;
        var walk = keys.From("");
        var versions = new Stack<KeyVersion>();
        while (walk.Next() is { } newest)
        {
            for (var version = newest; version is not null; version = version.Older)
            {
                versions.Push(version);
            }

            while (versions.TryPop(out var version))
            {
                Add(version);
            }
        }
    }

    public StoreIndex Index { get; }

    /// <summary>All who wait for something that has a term.</summary>
    public IEnumerable<LinkedList<HistoryWatch>> Waiting => _waiting.Values;

    public string Of(StoreEntry entry) => Index.TermOf(entry.Value);

    public KeyIndex KeysOf(string term) => _keys.GetValueOrDefault(term, None);

    /// <summary>Takes in the newest version of a key.</summary>
    public void Add(KeyVersion version)
    {
        var term = Of(version.Entry);
        Set(term, version);
        if (version.Older is { } older && Of(older.Entry) is var before && before != term)
        {
            Set(before, version);
        }
    }

    /// <summary>Lets go of a key where nothing is left of a term that it had: to be called when a version is cut off.</summary>
    public void Release(KeyVersion cut)
    {
        var (key, term) = (cut.Entry.Key, Of(cut.Entry));
        for (var version = KeysOf(term).Find(key); version is not null; version = version.Older)
        {
            if (version.Live is { } live && Of(live) == term)
            {
                return;
            }
        }

        if (_keys.TryGetValue(term, out var keys))
        {
            keys.Remove(key);
            if (keys.Count == 0)
            {
                _keys.Remove(term);
            }
        }
    }

    /// <summary>Where those wait who want what has a term.</summary>
    public LinkedList<HistoryWatch> LineOf(string term)
    {
        if (!_waiting.TryGetValue(term, out var line))
        {
            _waiting.Add(term, line = []);
        }

        return line;
    }

    /// <summary>Those who wait for what an event is about.</summary>
    public IEnumerable<LinkedList<HistoryWatch>> LinesFor(StoreEvent change)
    {
        var term = Of(change.Entry);
        if (_waiting.TryGetValue(term, out var line))
        {
            yield return line;
        }

        if (change.Previous is { } previous && Of(previous) is var before && before != term && _waiting.TryGetValue(before, out line))
        {
            yield return line;
        }
    }

    /// <summary>Forgets a line in which nobody waits.</summary>
    public void Close(string term)
    {
        if (_waiting.TryGetValue(term, out var line) && line.Count == 0)
        {
            _waiting.Remove(term);
        }
    }

    private void Set(string term, KeyVersion version)
    {
        if (!_keys.TryGetValue(term, out var keys))
        {
            _keys.Add(term, keys = new KeyIndex(isLookedUp: false, ChunkSize));
        }

        keys.Set(version);
    }
}
