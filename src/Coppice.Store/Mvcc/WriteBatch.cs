namespace Coppice.Store.Mvcc;

/// <summary>
/// Writes that become visible together. Each is judged by the history and by the writes before it in the batch, and gets its
/// revision at once; nothing of it is in the history until <see cref="RevisionHistory.Commit"/>, and a batch that is dropped never was.
/// </summary>
/// <remarks>Between the first write and the commit nobody else may commit to the same history.</remarks>
internal sealed class WriteBatch(RevisionHistory history)
{
    private readonly Dictionary<string, StoreEvent> _newest = new(StringComparer.Ordinal);
    private readonly List<StoreEvent> _events = [];

    public IReadOnlyList<StoreEvent> Events => _events;

    /// <summary>What becomes of the write, provided that the batch is committed.</summary>
    public WriteOutcome Add(StoreWrite write)
    {
        var live = _newest.TryGetValue(write.Key, out var own) ? (own.Type == StoreEventType.Put ? own.Entry : null) : history.Get(write.Key);
        var revision = new Revision(history.Current.Value + _events.Count + 1);
        return write switch
        {
            StoreWrite.Create create when live is null => Put(new StoreEntry(create.Key, create.Value, revision, revision), null),
            StoreWrite.Update update when live?.Modified == update.Expected =>
                Put(new StoreEntry(live.Key, update.Value, live.Created, revision), live),
            StoreWrite.Delete delete when live is not null && (delete.Expected is null || delete.Expected == live.Modified) =>
                Record(new StoreEvent(StoreEventType.Delete, live with { Modified = revision }, live)),
            _ => new WriteOutcome.Conflict(live),
        };
    }

    private WriteOutcome.Written Put(StoreEntry entry, StoreEntry? previous) => Record(new StoreEvent(StoreEventType.Put, entry, previous));

    private WriteOutcome.Written Record(StoreEvent change)
    {
        _events.Add(change);
        _newest[change.Entry.Key] = change;
        return new WriteOutcome.Written(change.Entry);
    }
}
