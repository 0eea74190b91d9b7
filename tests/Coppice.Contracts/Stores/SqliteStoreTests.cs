using Coppice.Store;
using Coppice.Store.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coppice.Contracts.Stores;

public sealed class SqliteStore : IStoreUnderTest
{
    private readonly string _directory = Directory.CreateTempSubdirectory("coppice-store-").FullName;

    public async ValueTask<IRevisionStore> OpenAsync() => await SqliteRevisionStore.OpenAsync(
        _directory, new SqliteStoreOptions(), TimeProvider.System, NullLogger.Instance, CancellationToken.None);

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_directory, recursive: true);
        return default;
    }
}

public sealed class SqliteStoreWrites : WriteContract<SqliteStore>;

public sealed class SqliteStoreRanges : RangeContract<SqliteStore>;

public sealed class SqliteStoreWatches : WatchContract<SqliteStore>;

public sealed class SqliteStoreCompaction : CompactionContract<SqliteStore>;
