using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Coppice.Store.Encryption;
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
    private readonly SqliteStatement _find;
    private readonly SqliteStatement _replace;
    private readonly SqliteStatement _delete;
    private TableTotals _totals;
    private ValueEncryption _encryption;

    /// <param name="totals">As they were found when the table was read.</param>
    /// <param name="encryption">How values are written; disposed of with the table.</param>
    public VersionTable(SqliteConnection connection, AcknowledgedRevision acknowledged, TableTotals totals, ValueEncryption encryption)
    {
        _encryption = encryption;
        _connection = connection;
        _acknowledged = acknowledged;
        _totals = totals;
        _insert = connection.Prepare("INSERT INTO version (revision, created, key, value, checksum, sum) VALUES (?, ?, ?, ?, ?, ?)");
        _find = connection.Prepare("SELECT created, key, value, checksum FROM version WHERE revision = ? AND value IS NOT NULL");
        _replace = connection.Prepare("UPDATE version SET value = ?, checksum = ? WHERE revision = ?");
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

    /// <summary>From now on values are written so, which must be able to read all that are there.</summary>
    /// <returns>The rows that are not yet: for <see cref="Rewrite(ReadOnlyMemory{Revision}, long)"/>.</returns>
    /// <exception cref="CryptographicException">A key is missing; all is as it was.</exception>
    public IReadOnlyList<Revision> Encrypt(ValueEncryption encryption)
    {
        var rows = new List<Revision>();
        using var select = _connection.Query(
            $"SELECT revision, key, CASE WHEN substr(value, 1, {ValueEncryption.AnyMark.Length}) = CAST('{ValueEncryption.AnyMark}' AS BLOB) THEN value ELSE x'' END "
            + "FROM version WHERE value IS NOT NULL");
        while (select.Step())
        {
            var (key, value) = (select.Text(1), select.Bytes(2).ToArray());
            _ = encryption.Open(key, value);
            if (!encryption.IsAsWritten(key, value))
            {
                rows.Add(new(select.Integer(0)));
            }
        }

        _encryption.Dispose();
        _encryption = encryption;
        return rows;
    }

    /// <summary>Writes values anew as they are to be encrypted. Rows that are gone are passed over.</summary>
    /// <param name="bytesMax">After this many there is an end, at the earliest after the first.</param>
    /// <returns>How many of them, from the first on, are done.</returns>
    public int Rewrite(ReadOnlyMemory<Revision> revisions, long bytesMax)
    {
        var (totals, done, bytes) = (_totals, 0, 0L);
        _connection.InTransaction(() =>
        {
            for (; done < revisions.Length && bytes < bytesMax; done++)
            {
                bytes += Rewrite(revisions.Span[done].Value, ref totals);
            }

            totals.Write(_connection);
        });
        _totals = totals;
        return done;
    }

    /// <summary>Copies the write-ahead log into the database file, so that the log starts again from its beginning.</summary>
    /// <param name="empty">What the log had is gone from the disk, and not only written over by and by.</param>
    public void Checkpoint(bool empty = false)
    {
        _acknowledged.Sync();
        _connection.Checkpoint(empty);
    }

    public void Dispose()
    {
        _connection.Dispose();
        _acknowledged.Dispose();
        _encryption.Dispose();
    }

    // The sums that later rows carry stay as they are: what is replaced counts as deleted, and what replaces it as appended.
    private int Rewrite(long revision, ref TableTotals totals)
    {
        _find.Bind(1, revision);
        if (!_find.Step())
        {
            _find.Reset();
            return 0;
        }

        // Read to its end before anything is written: a refused write must not leave it open, which would hold the log.
        var (created, keyBytes, stored, checksum) = (_find.Integer(0), _find.Bytes(1).ToArray(), _find.Bytes(2).ToArray(), _find.Integer(3));
        _find.Reset();
        var key = KeyEncoding.GetString(keyBytes);
        var value = _encryption.Seal(key, _encryption.Open(key, stored));
        var replaced = Checksum(revision, created, keyBytes, value, deleted: false);
        _replace.BindBlob(1, value);
        _replace.Bind(2, replaced);
        _replace.Bind(3, revision);
        _replace.Run();
        totals = totals with { Appended = totals.Appended + replaced, Deleted = totals.Deleted + checksum };
        return value.Length;
    }

    private TableTotals Insert(StoreEntry entry, bool deleted, TableTotals totals)
    {
        var key = KeyEncoding.GetBytes(entry.Key);
        var value = deleted ? default : _encryption.Seal(entry.Key, entry.Value.Bytes.Span);
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
