namespace Coppice.Store.Mvcc;

/// <summary>
/// Everything whose key begins with the same first path segment (<c>pods/</c>): its keys, its events and those who wait for more.
/// Watching and listing one kind of object so never touches the others.
/// </summary>
internal sealed class Segment(string name)
{
    private long _newest;

    /// <summary>The first path segment with its '/'; for a key without one, the whole key.</summary>
    public string Name { get; } = name;

    public KeyIndex Keys { get; } = new(isLookedUp: true);

    /// <summary>The same keys by the terms of their values; null until somebody asks by one.</summary>
    public TermIndex? Terms { get; set; }

    /// <summary>The events after the compacted revision, in revision order.</summary>
    public List<StoreEvent> Log { get; } = [];

    /// <summary>The revision of the newest event that there ever was. For any thread, without the history's lock.</summary>
    public Revision Newest => new(Volatile.Read(ref _newest));

    /// <summary>Watches that have read all there is, in the order in which they began to wait.</summary>
    public LinkedList<HistoryWatch> Waiting { get; } = [];

    public void Add(StoreEvent change)
    {
        var version = new KeyVersion(change.Entry, change.Type == StoreEventType.Delete, Keys.Find(change.Entry.Key));
        Keys.Set(version);
        Terms?.Add(version);
        Log.Add(change);
        Volatile.Write(ref _newest, change.Entry.Modified.Value);
    }

    /// <summary>The name of the segment that a key, or a prefix that reaches beyond its first '/', belongs to.</summary>
    public static ReadOnlySpan<char> NameOf(string key)
    {
        var slash = key.IndexOf('/');
        return slash < 0 ? key : key.AsSpan(0, slash + 1);
    }

    /// <summary>Where in the log the first event after a revision is; the log's length if there is none.</summary>
    public int FirstAfter(Revision revision)
    {
        int low = 0, high = Log.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (Log[middle].Entry.Modified > revision)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return low;
    }
}
