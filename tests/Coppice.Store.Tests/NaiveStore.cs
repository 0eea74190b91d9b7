namespace Coppice.Store.Tests;

/// <summary>
/// What a store should do, in the most obvious way: the list of all events, from which everything is computed anew.
/// </summary>
internal sealed class NaiveStore
{
    private readonly List<StoreEvent> _events = [];

    public long Current => _events.Count;

    public long Compacted { get; private set; }

    public StoreEntry? Get(string key) => At(Current).GetValueOrDefault(key);

    public SortedDictionary<string, StoreEntry> At(long revision)
    {
        var live = new SortedDictionary<string, StoreEntry>(StringComparer.Ordinal);
        foreach (var change in _events.Take((int)revision))
        {
            if (change.Type == StoreEventType.Put)
            {
                live[change.Entry.Key] = change.Entry;
            }
            else
            {
                live.Remove(change.Entry.Key);
            }
        }

        return live;
    }

    public WriteOutcome Write(StoreWrite write)
    {
        var live = Get(write.Key);
        var next = new Revision(Current + 1);
        var change = write switch
        {
            StoreWrite.Create c when live is null => new StoreEvent(StoreEventType.Put, new(c.Key, c.Value, next, next), null),
            StoreWrite.Update u when live is not null && live.Modified == u.Expected =>
                new StoreEvent(StoreEventType.Put, new(u.Key, u.Value, live.Created, next), live),
            StoreWrite.Delete d when live is not null && (d.Expected is null || d.Expected == live.Modified) =>
                new StoreEvent(StoreEventType.Delete, live with { Modified = next }, live),
            _ => null,
        };
        if (change is null)
        {
            return new WriteOutcome.Conflict(live);
        }

        _events.Add(change);
        return new WriteOutcome.Written(change.Entry);
    }

    public void Compact(long upTo) => Compacted = Math.Max(Compacted, upTo);

    public List<StoreEvent> After(string prefix, long revision) =>
        [.. _events.Skip((int)revision).Where(e => e.Entry.Key.StartsWith(prefix, StringComparison.Ordinal))];
}
