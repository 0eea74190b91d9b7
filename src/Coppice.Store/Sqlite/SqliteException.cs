namespace Coppice.Store.Sqlite;

/// <summary>A call to SQLite that failed. It stays inside this folder: callers of the store get a message for people.</summary>
/// <param name="code">The extended result code; its low byte is the primary one.</param>
internal sealed class SqliteException(int code, string message) : Exception($"{message} (SQLite code {code})")
{
    public int Code { get; } = code;

    public int PrimaryCode => Code & 0xff;
}
