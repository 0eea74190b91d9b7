using Coppice.Store.Mvcc;

namespace Coppice.Store.InMemory;

/// <summary>
/// The store of tests and of the simulation: gone with the process. Every call but a watch's wait completes at once on the calling
/// thread, so that on one thread a run is the same each time. History is kept until <see cref="CompactAsync"/>.
/// </summary>
public sealed class InMemoryRevisionStore : IRevisionStore
{
    private readonly RevisionHistory _history = new();

    public Revision Current => _history.Current;

    public Revision Compacted => _history.Compacted;

    public ValueTask<StoreEntry?> GetAsync(string key, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        return new(_history.Get(key));
    }

    public ValueTask<StoreRange> RangeAsync(RangeQuery query, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        return new(_history.Range(query));
    }

    public ValueTask<WriteOutcome> WriteAsync(StoreWrite write, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        ArgumentException.ThrowIfNullOrEmpty(write.Key);
        return new(_history.Write(write));
    }

    public IStoreWatch Watch(string prefix, Revision after, StoreTerm? only = null) => _history.Watch(prefix, after, only);

    public ValueTask CompactAsync(Revision upTo, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        _history.Compact(upTo);
        return default;
    }

    public ValueTask DisposeAsync()
    {
        _history.Close();
        return default;
    }
}
