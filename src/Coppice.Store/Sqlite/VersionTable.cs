using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using Coppice.Store.Mvcc;

namespace Coppice.Store.Sqlite;

/// <summary>
/// The history on disk: a row a write, by revision, so that committing only ever appends. A row without a value is a deletion.
/// Every revision after the compacted one has its row; up to it only what lives is kept.
/// </summary>
internal sealed class VersionTable
{
    public const string Schema =
        "CREATE TABLE version (revision INTEGER PRIMARY KEY, created INTEGER NOT NULL, key TEXT NOT NULL, value BLOB, checksum INTEGER NOT NULL) STRICT";

    public const string MetaSchema = "CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID";

    /// <summary>Keys that UTF-8 cannot hold (half a surrogate pair) are refused rather than changed.</summary>
    public static readonly UTF8Encoding KeyEncoding = new(false, throwOnInvalidBytes: true);

    private readonly SqliteConnection _connection;
    private readonly SqliteStatement _insert;
    private readonly SqliteStatement _delete;
    private readonly SqliteStatement _setCompacted;

    public VersionTable(SqliteConnection connection)
    {
        _connection = connection;
        _insert = connection.Prepare("INSERT INTO version (revision, created, key, value, checksum) VALUES (?, ?, ?, ?, ?)");
        _delete = connection.Prepare("DELETE FROM version WHERE revision = ?");
        _setCompacted = connection.Prepare("INSERT OR REPLACE INTO meta (name, value) VALUES ('compacted', ?)");
    }

    public Revision Compacted => new(_connection.QueryInteger("SELECT value FROM meta WHERE name = 'compacted'") ?? 0);

    /// <summary>All rows by revision, each checked: against its checksum, and that none is missing.</summary>
    /// <exception cref="SqliteException">The file is damaged.</exception>
    public IEnumerable<StoredRow> Read(Revision compacted)
    {
        var select = _connection.Prepare("SELECT revision, created, key, value, checksum FROM version ORDER BY revision");
        long next = compacted.Value + 1;
        while (select.Step())
        {
            var revision = select.Integer(0);
            if (revision >= next && revision != next++)
            {
                throw new SqliteException(SqliteApi.Corrupt, $"the write of revision {next - 1} is missing");
            }

            var created = select.Integer(1);
            var value = select.IsNull(3) ? null : select.Bytes(3).ToArray();
            if (select.Integer(4) != Checksum(revision, created, select.Bytes(2), value, value is null))
            {
                throw new SqliteException(SqliteApi.Corrupt, $"the write of revision {revision} does not match its checksum");
            }

            yield return new StoredRow(select.Text(2), value is null ? null : new StoredValue(value), new(created), new(revision));
        }

        select.Reset();
    }

    /// <summary>Writes a batch in one transaction; when this returns, it is on the disk.</summary>
    public void Append(IReadOnlyList<StoreEvent> events) => _connection.InTransaction(() =>
    {
        foreach (var change in events)
        {
            Insert(change.Entry, change.Type == StoreEventType.Delete);
        }
    });

    public void SetCompacted(Revision upTo) => _connection.InTransaction(() =>
    {
        _setCompacted.Bind(1, upTo.Value);
        _setCompacted.Run();
    });

    public void Delete(ReadOnlyMemory<Revision> revisions) => _connection.InTransaction(() =>
    {
        foreach (var revision in revisions.Span)
        {
            _delete.Bind(1, revision.Value);
            _delete.Run();
        }
    });

    private void Insert(StoreEntry entry, bool deleted)
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

        _insert.Bind(5, Checksum(entry.Modified.Value, entry.Created.Value, key, value, deleted));
        _insert.Run();
    }

    /// <summary>CRC-32C of everything in the row: SQLite notices a broken page, but not a flipped bit in a value.</summary>
    private static long Checksum(long revision, long created, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, bool deleted)
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
