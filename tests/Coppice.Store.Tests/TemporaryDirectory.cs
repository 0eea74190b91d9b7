using Coppice.Store.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coppice.Store.Tests;

/// <summary>A data directory of one test, gone after it.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("coppice-store-").FullName;

    public string Database => System.IO.Path.Combine(Path, "store.db");

    public ValueTask<SqliteRevisionStore> OpenAsync(SqliteStoreOptions? options = null, TimeProvider? time = null) =>
        SqliteRevisionStore.OpenAsync(
            Path, options ?? new SqliteStoreOptions(), time ?? TimeProvider.System, NullLogger.Instance, TestContext.Current.CancellationToken);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
