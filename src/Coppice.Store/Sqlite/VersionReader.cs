using Coppice.Store.Encryption;

namespace Coppice.Store.Sqlite;

/// <summary>Reads the table once, at opening, and refuses it when anything is not as it was written. Changes nothing.</summary>
internal sealed class VersionReader(SqliteConnection connection, AcknowledgedRevision acknowledged, ValueEncryption encryption)
{
    private readonly bool _hasSums = connection.QueryInteger("PRAGMA user_version") > StoreFile.VersionWithoutSums;

    /// <summary>What the table adds up to; whole once the rows were read.</summary>
    /// <exception cref="SqliteException">The totals are damaged.</exception>
    public TableTotals Totals { get; private set; } = TableTotals.Read(connection);

    /// <summary>The rows whose values are not encrypted as they would be now; all once the rows were read.</summary>
    public List<Revision> NotAsWritten { get; } = [];

    /// <summary>All rows by revision, each checked against its checksum; and that none is missing, or there again.</summary>
    /// <exception cref="SqliteException">The file is damaged.</exception>
    /// <exception cref="System.Security.Cryptography.CryptographicException">A value's key is not there.</exception>
    public IEnumerable<Mvcc.StoredRow> Read()
    {
        if (connection.QueryText("PRAGMA quick_check(1)") is var verdict && verdict != "ok")
        {
            throw new SqliteException(SqliteApi.Corrupt, verdict ?? "SQLite's check gives no answer");
        }

        var select = connection.Prepare($"SELECT revision, created, key, value, checksum, {(_hasSums ? "sum" : "0")} FROM version ORDER BY revision");
        var next = Totals.Compacted + 1;
        long present = 0;
        while (select.Step())
        {
            var revision = select.Integer(0);
            if (revision >= next && revision != next++)
            {
                throw new SqliteException(SqliteApi.Corrupt, $"the write of revision {next - 1} is missing");
            }

            var created = select.Integer(1);
            var value = select.IsNull(3) ? null : select.Bytes(3).ToArray();
            var checksum = select.Integer(4);
            if (checksum != VersionTable.Checksum(revision, created, select.Bytes(2), value, value is null))
            {
                throw new SqliteException(SqliteApi.Corrupt, $"the write of revision {revision} does not match its checksum");
            }

            present += checksum;
            if (revision > Totals.Newest)
            {
                Totals = Totals with { Newest = revision, Appended = _hasSums ? select.Integer(5) : Totals.Appended + checksum };
            }

            var key = select.Text(2);
            if (value is not null && !encryption.IsAsWritten(key, value))
            {
                NotAsWritten.Add(new(revision));
            }

            yield return new(key, value is null ? null : new StoredValue(encryption.Open(key, value)), new(created), new(revision));
        }

        select.Reset();
        ThrowIfIncomplete(present);
    }

    private void ThrowIfIncomplete(long present)
    {
        if (present != Totals.Appended - Totals.Deleted)
        {
            throw new SqliteException(SqliteApi.Corrupt, "writes are missing, or there again that were deleted: the sum of their checksums is wrong");
        }

        if (Math.Max(Totals.Newest, Totals.Compacted) is var last && last < acknowledged.Value.Value)
        {
            throw new SqliteException(
                SqliteApi.Corrupt,
                $"it ends at revision {last}, but revision {acknowledged.Value} was acknowledged: what came after is gone from its log. "
                + AcknowledgedRevision.HowToGoOn);
        }
    }
}
