using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using Coppice.Store.Mvcc;

namespace Coppice.Store.Sqlite;

/// <summary>
/// The history on disk: a row a write, by revision, so that committing only ever appends. A row without a value is a deletion.
/// Every revision after the compacted one has its row; up to it only what lives is kept.
/// </summary>
/// <remarks>
/// A row's checksum shows that it is whole. That none is gone or has come back shows their sum: each row carries the sum of all
/// checksums up to its own, and the totals in <c>meta</c> that of those which were deleted.
/// </remarks>
internal sealed class VersionTable : IDisposable
{
    public const string Schema =
        "CREATE TABLE version (revision INTEGER PRIMARY KEY, created INTEGER NOT NULL, key TEXT NOT NULL, value BLOB, "
        + "checksum INTEGER NOT NULL, " + SumColumn + ") STRICT";

    /// <summary>By itself, for files that are from before it.</summary>
    public const string SumColumn = "sum INTEGER NOT NULL DEFAULT 0";

    /// <summary>Keys that UTF-8 cannot hold (half a surrogate pair) are refused rather than changed.</summary>
    public static readonly UTF8Encoding KeyEncoding = new(false, throwOnInvalidBytes: true);

    private readonly SqliteConnection _connection;
    private readonly AcknowledgedRevision _acknowledged;
    private readonly SqliteStatement _insert;
    private readonly SqliteStatement _delete;
    private TableTotals _totals;

    /// <param name="totals">As they were found when the table was read.</param>
    public VersionTable(SqliteConnection connection, AcknowledgedRevision acknowledged, TableTotals totals)
    {
        _connection = connection;
        _acknowledged = acknowledged;
        _totals = totals;
        _insert = connection.Prepare("INSERT INTO version (revision, created, key, value, checksum, sum) VALUES (?, ?, ?, ?, ?, ?)");
        _delete = connection.Prepare("DELETE FROM version WHERE revision = ? RETURNING checksum");
    }

    /// <summary>How many pages the write-ahead log holds that may not be in the database file yet.</summary>
    public int LogPages => _connection.LogPages;

    /// <summary>Writes a batch in one transaction; when this returns, it is on the disk and may be acknowledged.</summary>
    public void Append(IReadOnlyList<StoreEvent> events)
    {
        var totals = _totals;
        _connection.InTransaction(() =>
        {
            foreach (var change in events)
            {
                totals = Insert(change.Entry, change.Type == StoreEventType.Delete, totals);
            }
        });
        _totals = totals;
        _acknowledged.Set(new(totals.Newest));
    }

    public void SetCompacted(Revision upTo)
    {
        var totals = _totals with { Compacted = upTo.Value };
        _connection.InTransaction(() => totals.Write(_connection));
        _totals = totals;
    }

    public void Delete(ReadOnlyMemory<Revision> revisions)
    {
        var totals = _totals;
        _connection.InTransaction(() =>
        {
            foreach (var revision in revisions.Span)
            {
                _delete.Bind(1, revision.Value);
                while (_delete.Step())
                {
                    totals = totals with { Deleted = totals.Deleted + _delete.Integer(0) };
                }

                _delete.Reset();
            }

            totals.Write(_connection);
        });
        _totals = totals;
    }

    /// <summary>Copies the write-ahead log into the database file, so that the log starts again from its beginning.</summary>
    public void Checkpoint()
    {
        _acknowledged.Sync();
        _connection.Checkpoint();
    }

    public void Dispose()
    {
        _connection.Dispose();
        _acknowledged.Dispose();
    }

    private TableTotals Insert(StoreEntry entry, bool deleted, TableTotals totals)
    {
        var key = KeyEncoding.GetBytes(entry.Key);
        var value = deleted ? default : entry.Value.Bytes.Span;
        _insert.Bind(1, entry.Modified.Value);
        _insert.Bind(2, entry.Created.Value);
        _insert.BindText(3, key);
        if (deleted)
        {
            _insert.BindNull(4);
        }
        else
        {
            _insert.BindBlob(4, value);
        }

        var checksum = Checksum(entry.Modified.Value, entry.Created.Value, key, value, deleted);
        totals = totals with { Newest = entry.Modified.Value, Appended = totals.Appended + checksum };
        _insert.Bind(5, checksum);
        _insert.Bind(6, totals.Appended);
        _insert.Run();
        return totals;
    }

    /// <summary>CRC-32C of everything in the row: SQLite notices a broken page, but not a flipped bit in a value.</summary>
    internal static long Checksum(long revision, long created, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, bool deleted)
    {
        var crc = BitOperations.Crc32C(uint.MaxValue, (ulong)revision);
        crc = BitOperations.Crc32C(crc, (ulong)created);
        crc = BitOperations.Crc32C(crc, deleted ? (byte)1 : (byte)0);
        return ~Add(Add(crc, key), value);
    }

    private static uint Add(uint crc, ReadOnlySpan<byte> bytes)
    {
        crc = BitOperations.Crc32C(crc, (uint)bytes.Length);
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words)
        {
            crc = BitOperations.Crc32C(crc, word);
        }

        foreach (var rest in bytes[(words.Length * sizeof(ulong))..])
        {
            crc = BitOperations.Crc32C(crc, rest);
        }

        return crc;
    }
}
