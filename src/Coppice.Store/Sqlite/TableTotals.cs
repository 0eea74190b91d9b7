using System.Numerics;

namespace Coppice.Store.Sqlite;

/// <summary>What the rows of the version table must add up to, and up to where history is forgotten. Kept in the table <c>meta</c>.</summary>
/// <param name="Compacted">Up to this revision history is forgotten.</param>
/// <param name="Newest">The newest revision that is in <paramref name="Appended"/>.</param>
/// <param name="Appended">The sum of the checksums of all rows that ever were.</param>
/// <param name="Deleted">The sum of the checksums of the rows that were deleted.</param>
internal readonly record struct TableTotals(long Compacted, long Newest, long Appended, long Deleted)
{
    public const string Schema = "CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID";

    private const string ChecksumName = "checksum";

    private IEnumerable<(string Name, long Value)> Parts =>
        [("compacted", Compacted), ("newest", Newest), ("appended", Appended), ("deleted", Deleted)];

    private long Checksum => Parts.Aggregate(uint.MaxValue, (crc, part) => BitOperations.Crc32C(crc, (ulong)part.Value));

    /// <summary>As of the last compaction or deletion: what was appended since is told by the rows.</summary>
    /// <exception cref="SqliteException">They are damaged.</exception>
    public static TableTotals Read(SqliteConnection connection)
    {
        var read = new TableTotals(Value("compacted") ?? 0, Value("newest") ?? 0, Value("appended") ?? 0, Value("deleted") ?? 0);
        var isOlder = connection.QueryInteger("PRAGMA user_version") <= StoreFile.VersionWithoutSums;
        return isOlder || Value(ChecksumName) == read.Checksum
            ? read
            : throw new SqliteException(SqliteApi.Corrupt, "what it says of its own history does not match its checksum");

        long? Value(string name) => connection.QueryInteger($"SELECT value FROM meta WHERE name = '{name}'");
    }

    public void Write(SqliteConnection connection)
    {
        foreach (var (name, value) in Parts.Append((ChecksumName, Checksum)))
        {
            connection.Execute(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"INSERT OR REPLACE INTO meta (name, value) VALUES ('{name}', {value})"));
        }
    }
}
