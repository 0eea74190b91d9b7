using System.Runtime.InteropServices;

namespace Coppice.Store.Sqlite;

/// <summary>What is used of the distribution's SQLite library; names, numbers and meanings are those of its C interface.</summary>
internal static partial class SqliteApi
{
    public const int Ok = 0;
    /// <summary>A statement of ours that does not fit what is there: a table or column has another name.</summary>
    public const int Error = 1;
    public const int Busy = 5;
    public const int IoError = 10;
    public const int Corrupt = 11;
    public const int Full = 13;
    public const int CannotOpen = 14;
    public const int NotADatabase = 26;
    public const int Row = 100;
    public const int Done = 101;

    public const int OpenReadWrite = 0x2;
    public const int OpenCreate = 0x4;

    /// <summary>No locking inside the library: a connection is used by one thread at a time.</summary>
    public const int OpenNoMutex = 0x8000;

    public const int ConfigureNoCheckpointOnClose = 1006;
    public const int TypeNull = 5;
    public const int CheckpointPassive = 0;
    public const int CheckpointTruncate = 3;
    public const uint PreparePersistent = 1;

    /// <summary>As a destructor: the library makes its own copy before the call returns.</summary>
    public static readonly nint Transient = -1;

    private const string Library = "libsqlite3.so.0";

    [LibraryImport(Library, EntryPoint = "sqlite3_open_v2", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, out nint connection, int flags, nint vfs);

    [LibraryImport(Library, EntryPoint = "sqlite3_close")]
    public static partial int Close(nint connection);

    /// <summary>
    /// The C function takes any number of arguments; those of the one verb used here are a number and a place for the answer, and both
    /// go where fixed arguments would.
    /// </summary>
    [LibraryImport(Library, EntryPoint = "sqlite3_db_config")]
    public static partial int Configure(nint connection, int verb, int value, nint answer);

    [LibraryImport(Library, EntryPoint = "sqlite3_extended_errcode")]
    public static partial int ExtendedErrorCode(nint connection);

    [LibraryImport(Library, EntryPoint = "sqlite3_errmsg")]
    public static partial nint ErrorMessage(nint connection);

    [LibraryImport(Library, EntryPoint = "sqlite3_get_autocommit")]
    public static partial int IsOutsideTransaction(nint connection);

    [LibraryImport(Library, EntryPoint = "sqlite3_prepare_v3", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Prepare(nint connection, string sql, int length, uint flags, out nint statement, nint tail);

    [LibraryImport(Library, EntryPoint = "sqlite3_step")]
    public static partial int Step(nint statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_reset")]
    public static partial int Reset(nint statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_finalize")]
    public static partial int Finalize(nint statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_int64")]
    public static partial int BindInteger(nint statement, int index, long value);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_text")]
    public static partial int BindText(nint statement, int index, ReadOnlySpan<byte> utf8, int length, nint destructor);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_blob")]
    public static partial int BindBlob(nint statement, int index, ReadOnlySpan<byte> bytes, int length, nint destructor);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_zeroblob")]
    public static partial int BindEmptyBlob(nint statement, int index, int length);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_null")]
    public static partial int BindNull(nint statement, int index);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_type")]
    public static partial int ColumnType(nint statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_int64")]
    public static partial long ColumnInteger(nint statement, int column);

    /// <summary>The bytes as they are stored; for text that is UTF-8. Valid until the next step.</summary>
    [LibraryImport(Library, EntryPoint = "sqlite3_column_blob")]
    public static partial nint ColumnBlob(nint statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_bytes")]
    public static partial int ColumnLength(nint statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_wal_checkpoint_v2", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Checkpoint(nint connection, string? database, int mode, out int logPages, out int copiedPages);

    [LibraryImport(Library, EntryPoint = "sqlite3_wal_hook")]
    public static unsafe partial nint OnLogGrowth(nint connection, delegate* unmanaged<nint, nint, nint, int, int> hook, nint argument);
}
