using Coppice.Store;

namespace Coppice.Simulation.World;

/// <summary>The disk below the store: while it is full, what is written is refused and what is there can be read.</summary>
internal sealed class SimulatedDisk(IRevisionStore store) : IRevisionStore
{
    public bool IsFull { get; set; }

    public Revision Current => store.Current;

    public Revision Compacted => store.Compacted;

    public ValueTask<StoreEntry?> GetAsync(string key, CancellationToken stop) => store.GetAsync(key, stop);

    public ValueTask<StoreRange> RangeAsync(RangeQuery query, CancellationToken stop) => store.RangeAsync(query, stop);

    public ValueTask<WriteOutcome> WriteAsync(StoreWrite write, CancellationToken stop) =>
        IsFull ? throw new StoreUnavailableException("the disk is full (injected fault)") : store.WriteAsync(write, stop);

    public IStoreWatch Watch(string prefix, Revision after, StoreTerm? only = null) => store.Watch(prefix, after, only);

    public ValueTask CompactAsync(Revision upTo, CancellationToken stop) => store.CompactAsync(upTo, stop);

    public ValueTask DisposeAsync() => store.DisposeAsync();
}
