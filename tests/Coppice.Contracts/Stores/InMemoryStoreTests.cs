using Coppice.Store;
using Coppice.Store.InMemory;

namespace Coppice.Contracts.Stores;

public sealed class InMemoryStore : IStoreUnderTest
{
    public ValueTask<IRevisionStore> OpenAsync() => new(new InMemoryRevisionStore());

    public ValueTask DisposeAsync() => default;
}

public sealed class InMemoryStoreWrites : WriteContract<InMemoryStore>;

public sealed class InMemoryStoreRanges : RangeContract<InMemoryStore>;

public sealed class InMemoryStoreWatches : WatchContract<InMemoryStore>;

public sealed class InMemoryStoreCompaction : CompactionContract<InMemoryStore>;
