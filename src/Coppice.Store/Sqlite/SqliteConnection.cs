using System.Runtime.InteropServices;

namespace Coppice.Store.Sqlite;

/// <summary>One connection to one database file, used by one thread at a time.</summary>
internal sealed unsafe class SqliteConnection : IDisposable
{
    private readonly List<SqliteStatement> _statements = [];
    private readonly int* _logPages = (int*)NativeMemory.AllocZeroed(sizeof(int));
    private nint _connection;
    private SqliteStatement? _begin;
    private SqliteStatement? _commit;

    public SqliteConnection(string path, bool create)
    {
        var flags = SqliteApi.OpenReadWrite | SqliteApi.OpenNoMutex | (create ? SqliteApi.OpenCreate : 0);
        if (SqliteApi.Open(path, out _connection, flags, 0) != SqliteApi.Ok)
        {
            var error = LastError();
            Dispose();
            throw error;
        }

        // In the place of SQLite's own hook, which would copy the log inside of a commit, while its writers wait.
        _ = SqliteApi.OnLogGrowth(_connection, &CountPages, (nint)_logPages);
    }

    /// <summary>How many pages the write-ahead log holds that may not be in the database file yet.</summary>
    public int LogPages => *_logPages;

    /// <summary>A statement for many runs; it lives as long as the connection.</summary>
    public SqliteStatement Prepare(string sql)
    {
        Check(SqliteApi.Prepare(_connection, sql, -1, SqliteApi.PreparePersistent, out var statement, 0));
        var prepared = new SqliteStatement(this, statement);
        _statements.Add(prepared);
        return prepared;
    }

    /// <summary>A statement for one run.</summary>
    public SqliteStatement Query(string sql)
    {
        Check(SqliteApi.Prepare(_connection, sql, -1, 0, out var statement, 0));
        return new SqliteStatement(this, statement);
    }

    /// <summary>Runs one statement once and drops whatever rows it gives.</summary>
    public void Execute(string sql)
    {
        using var statement = Query(sql);
        while (statement.Step())
        {
        }
    }

    /// <summary>The first column of the first row; null if there is no row.</summary>
    public long? QueryInteger(string sql)
    {
        using var statement = Query(sql);
        return statement.Step() ? statement.Integer(0) : null;
    }

    /// <summary>The first column of the first row as text; null if there is no row.</summary>
    public string? QueryText(string sql)
    {
        using var statement = Query(sql);
        return statement.Step() ? statement.Text(0) : null;
    }

    /// <summary>Whether the write-ahead log goes into the database file when the connection is closed, or stays as it is.</summary>
    public void CopyLogWhenClosing(bool copy) =>
        Check(SqliteApi.Configure(_connection, SqliteApi.ConfigureNoCheckpointOnClose, copy ? 0 : 1, 0));

    /// <summary>All or nothing: what fails is rolled back, and then the exception goes on.</summary>
    public void InTransaction(Action work)
    {
        try
        {
            (_begin ??= Prepare("BEGIN IMMEDIATE")).Run();
            work();
            (_commit ??= Prepare("COMMIT")).Run();
        }
        catch (SqliteException)
        {
            // A full disk or a failed write has often rolled back already.
            if (SqliteApi.IsOutsideTransaction(_connection) == 0)
            {
                Execute("ROLLBACK");
            }

            throw;
        }
    }

    /// <summary>Copies the write-ahead log into the database file, so that the log starts again from its beginning.</summary>
    /// <param name="empty">What the log had is gone from the disk, and not only written over by and by.</param>
    public void Checkpoint(bool empty = false)
    {
        Check(SqliteApi.Checkpoint(_connection, null, empty ? SqliteApi.CheckpointTruncate : SqliteApi.CheckpointPassive, out _, out _));
        *_logPages = 0;
    }

    public void Check(int result)
    {
        if (result != SqliteApi.Ok)
        {
            throw LastError();
        }
    }

    public SqliteException LastError() =>
        new(SqliteApi.ExtendedErrorCode(_connection), Marshal.PtrToStringUTF8(SqliteApi.ErrorMessage(_connection)) ?? "unknown error");

    public void Dispose()
    {
        _statements.ForEach(statement => statement.Dispose());
        if (_connection != 0)
        {
            _ = SqliteApi.Close(_connection);
            _connection = 0;
            NativeMemory.Free(_logPages);
        }
    }

    /// <summary>SQLite calls this after each commit, on the committing thread.</summary>
    [UnmanagedCallersOnly]
    private static int CountPages(nint counter, nint connection, nint database, int pages)
    {
        *(int*)counter = pages;
        return SqliteApi.Ok;
    }
}
