namespace Coppice.Store.Sqlite;

/// <summary>The database file: how it is made, how it is recognised, and with which settings it is opened.</summary>
internal static class StoreFile
{
    public const string Name = "store.db";

    /// <summary>The layout that this program reads and writes; kept in the file as SQLite's user_version.</summary>
    public const int SchemaVersion = 2;

    /// <summary>Rows had no sums yet: what such a file holds when it is first opened counts as all.</summary>
    public const int VersionWithoutSums = 1;

    /// <summary>
    /// Objects are about 2 KiB: on SQLite's usual 4 KiB pages one fits and half is wasted, on these seven do, and opening reads faster.
    /// </summary>
    public const int PageBytes = 16384;

    /// <summary>SQLite's application_id ("Copp"): tells our file from any other database.</summary>
    private const int ApplicationId = 0x436F7070;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Opens the directory's store, or makes an empty one if there is none.</summary>
    /// <param name="checkLog">False if what SQLite can read of a damaged log is all that is wanted.</param>
    /// <exception cref="StoreUnavailableException">The file is not ours, too new or damaged; it was not changed.</exception>
    public static SqliteConnection Open(string directory, bool checkLog)
    {
        var path = Path.Combine(directory, Name);
        if (!File.Exists(path))
        {
            if (File.Exists(path + "-wal"))
            {
                throw MediumFailure.Damaged(directory, $"its write-ahead log {path}-wal is there, but the file itself is gone");
            }

            Make(path);
        }

        // SQLite takes an empty file for a new database; ours is never empty, so something has emptied it.
        if (new FileInfo(path).Length == 0)
        {
            throw MediumFailure.Damaged(directory, "the file is empty");
        }

        ThrowIfLogIsDenied(path);
        if (checkLog)
        {
            LogCheck.Check(path + "-wal");
        }

        File.SetUnixFileMode(path, OwnerOnly);
        var connection = new SqliteConnection(path, create: false);
        try
        {
            // Exclusive, before the first access: the log's index then lives in our memory and not in a mapped file, where a full
            // disk would end the process; and no second process gets in.
            connection.Execute("PRAGMA locking_mode = EXCLUSIVE");
            connection.CopyLogWhenClosing(false);
            Recognise(connection, directory);
            connection.Execute("PRAGMA journal_mode = WAL");
            connection.Execute("PRAGMA synchronous = FULL");
            connection.Execute("PRAGMA temp_store = MEMORY");

            // What is forgotten or written anew may have been secret, and plain.
            connection.Execute("PRAGMA secure_delete = ON");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Once all was read and found whole: from here on the file is changed.</summary>
    public static void BeginWriting(SqliteConnection connection, TableTotals totals)
    {
        if (connection.QueryInteger("PRAGMA user_version") == VersionWithoutSums)
        {
            connection.InTransaction(() =>
            {
                connection.Execute($"ALTER TABLE version ADD COLUMN {VersionTable.SumColumn}");
                totals.Write(connection);
                connection.Execute($"PRAGMA user_version = {SchemaVersion}");
            });
        }

        connection.CopyLogWhenClosing(true);
    }

    /// <summary>Makes the file under another name first, so that one which was begun and not finished is never taken for a store.</summary>
    private static void Make(string path)
    {
        var draft = path + ".new";
        File.Delete(draft);
        File.Delete(draft + "-journal");

        // SQLite gives its log and journal the permissions of the database file.
        new FileStream(draft, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }).Dispose();
        using (var connection = new SqliteConnection(draft, create: false))
        {
            connection.Execute("PRAGMA synchronous = FULL");
            connection.Execute($"PRAGMA page_size = {PageBytes}");
            connection.InTransaction(() =>
            {
                connection.Execute(VersionTable.Schema);
                connection.Execute(TableTotals.Schema);
                default(TableTotals).Write(connection);
                connection.Execute($"PRAGMA application_id = {ApplicationId}");
                connection.Execute($"PRAGMA user_version = {SchemaVersion}");
            });
            connection.Execute("PRAGMA journal_mode = WAL");
        }

        File.Move(draft, path);
    }

    private static void Recognise(SqliteConnection connection, string directory)
    {
        if (connection.QueryInteger("PRAGMA application_id") != ApplicationId)
        {
            throw new StoreUnavailableException(
                $"{Path.Combine(directory, Name)} is a database of another program. Use another data directory.");
        }

        var version = connection.QueryInteger("PRAGMA user_version");
        if (version > SchemaVersion)
        {
            throw new StoreUnavailableException(
                $"The store in {directory} was written by a newer Coppice (store version {version}; this one reads up to version "
                + $"{SchemaVersion}). It was left as it is; run the newer Coppice, or use another data directory.");
        }

        if (version is not (SchemaVersion or VersionWithoutSums))
        {
            throw MediumFailure.Damaged(directory, $"it says store version {version}, which never was");
        }
    }

    /// <summary>The file says (twice) that it has a write-ahead log; if it did not, SQLite would pass over the log.</summary>
    private static void ThrowIfLogIsDenied(string path)
    {
        const int At = 18;
        var header = new byte[At + 2];
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        if (RandomAccess.Read(file, header, 0) == header.Length && header.AsSpan().StartsWith("SQLite format 3\0"u8) && (header[At], header[At + 1]) is not ((1, 1) or (2, 2)))
        {
            throw new SqliteException(SqliteApi.Corrupt, "it does not say whether it has a log");
        }
    }
}
