using System.Text;

namespace Coppice.Store.Sqlite;

/// <summary>A prepared statement. Parameters count from 1, columns from 0, as in SQLite.</summary>
internal sealed class SqliteStatement(SqliteConnection connection, nint statement) : IDisposable
{
    private bool _disposed;

    public void Bind(int index, long value) => connection.Check(SqliteApi.BindInteger(statement, index, value));

    public void BindText(int index, ReadOnlySpan<byte> utf8) =>
        connection.Check(SqliteApi.BindText(statement, index, utf8, utf8.Length, SqliteApi.Transient));

    /// <summary>An empty value is bound as an empty blob, not as NULL.</summary>
    public void BindBlob(int index, ReadOnlySpan<byte> bytes) =>
        connection.Check(bytes.IsEmpty
            ? SqliteApi.BindEmptyBlob(statement, index, 0)
            : SqliteApi.BindBlob(statement, index, bytes, bytes.Length, SqliteApi.Transient));

    public void BindNull(int index) => connection.Check(SqliteApi.BindNull(statement, index));

    /// <summary>Goes to the next row; false when there is none.</summary>
    public bool Step()
    {
        var result = SqliteApi.Step(statement);
        if (result is SqliteApi.Row or SqliteApi.Done)
        {
            return result == SqliteApi.Row;
        }

        // The error must be read before the reset, and without the reset the statement would hold the transaction open.
        var error = connection.LastError();
        _ = SqliteApi.Reset(statement);
        throw error;
    }

    /// <summary>Runs a statement that gives no rows, and makes it ready for the next run.</summary>
    public void Run()
    {
        Step();
        Reset();
    }

    public void Reset() => connection.Check(SqliteApi.Reset(statement));

    public bool IsNull(int column) => SqliteApi.ColumnType(statement, column) == SqliteApi.TypeNull;

    public long Integer(int column) => SqliteApi.ColumnInteger(statement, column);

    public string Text(int column) => Encoding.UTF8.GetString(Bytes(column));

    /// <summary>The column's bytes, valid until the next step.</summary>
    public unsafe ReadOnlySpan<byte> Bytes(int column)
    {
        // The pointer first: the length belongs to what it points to.
        var start = SqliteApi.ColumnBlob(statement, column);
        return new ReadOnlySpan<byte>((void*)start, SqliteApi.ColumnLength(statement, column));
    }

    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            _ = SqliteApi.Finalize(statement);
        }
    }
}
