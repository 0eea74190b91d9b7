using Coppice.Store.Mvcc;
using Microsoft.Extensions.Logging;

namespace Coppice.Store.Sqlite;

/// <summary>
/// The embedded default: all of the state in memory for reading, every write on the disk before it is acknowledged or seen by
/// anyone. Writers that come together share one fsync. See <c>docs/store.md</c>.
/// </summary>
public sealed partial class SqliteRevisionStore : IRevisionStore
{
    private readonly RevisionHistory _history;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly WriteQueue _queue;
    private readonly VersionTable _table;
    private readonly DirectoryLock _directoryLock;
    private readonly ILogger _logger;
    private CommitLoop? _loop;
    private ITimer? _compaction;
    private Revision _oneSpanAgo;

    private SqliteRevisionStore(DirectoryLock directoryLock, VersionTable table, RevisionHistory history, SqliteStoreOptions options, ILogger logger)
    {
        _directoryLock = directoryLock;
        _table = table;
        _history = history;
        _logger = logger;
        _queue = new WriteQueue(options);
    }

    public Revision Current => _history.Current;

    public Revision Compacted => _history.Compacted;

    /// <summary>Why the last write was refused, in words for people; null while writes succeed.</summary>
    public string? Trouble => _loop?.Trouble;

    /// <summary>
    /// Opens the store in a directory, which is made (for its owner only) if it is not there. Reads the whole file, on the calling
    /// thread: a matter of milliseconds for some hundred objects.
    /// </summary>
    /// <exception cref="StoreUnavailableException">
    /// The directory is in use by another process, or the file is damaged, of a newer version or not ours. Nothing was changed.
    /// </exception>
    public static ValueTask<SqliteRevisionStore> OpenAsync(
        string directory, SqliteStoreOptions options, TimeProvider time, ILogger logger, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        directory = Path.GetFullPath(directory);
        DirectoryLock? directoryLock = null;
        AcknowledgedRevision? acknowledged = null;
        SqliteConnection? connection = null;
        try
        {
            Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            directoryLock = DirectoryLock.Take(directory);
            acknowledged = new AcknowledgedRevision(directory);
            connection = StoreFile.Open(directory, checkLog: acknowledged.IsKnown);
            var reader = new VersionReader(connection, acknowledged);
            var history = new RevisionHistory();
            var leftOver = history.Load(reader.Read(), new Revision(reader.Totals.Compacted));
            StoreFile.BeginWriting(connection, reader.Totals);
            acknowledged.Set(history.Current);
            var table = new VersionTable(connection, acknowledged, reader.Totals);
            var store = new SqliteRevisionStore(directoryLock, table, history, options, logger);
            var loop = new CommitLoop(table, history, store._queue, options, directory, logger);
            loop.Remember(leftOver);
            store.Start(loop, options, time);
            return new(store);
        }
        catch (Exception error)
        {
            connection?.Dispose();
            acknowledged?.Dispose();
            directoryLock?.Dispose();
            throw error switch
            {
                SqliteException refused => MediumFailure.OnOpen(directory, refused),
                IOException or UnauthorizedAccessException =>
                    new StoreUnavailableException($"The store in {directory} cannot be opened: {error.Message}", error),
                DllNotFoundException => new StoreUnavailableException(
                    "SQLite's library libsqlite3.so.0 is not installed (on Debian: apt-get install libsqlite3-0)", error),
                StoreUnavailableException => error,
                _ => new InvalidOperationException($"opening the store in {directory}", error),
            };
        }
    }

    public ValueTask<StoreEntry?> GetAsync(string key, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        return new(_history.Get(key));
    }

    public ValueTask<StoreRange> RangeAsync(RangeQuery query, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        return new(_history.Range(query));
    }

    public ValueTask<WriteOutcome> WriteAsync(StoreWrite write, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        ArgumentException.ThrowIfNullOrEmpty(write.Key);
        _ = VersionTable.KeyEncoding.GetByteCount(write.Key);
        var request = new QueuedWrite.Write(write);
        _queue.Add(request);
        return new(request.Promise.Task);
    }

    public IStoreWatch Watch(string prefix, Revision after) => _history.Watch(prefix, after);

    public ValueTask CompactAsync(Revision upTo, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        var request = new QueuedWrite.Compact(upTo);
        _queue.Add(request);
        return new(request.Promise.Task);
    }

    /// <summary>What was accepted is written first; then the file is closed and the directory is free for others.</summary>
    public async ValueTask DisposeAsync()
    {
        _compaction?.Dispose();
        _queue.Close();
        await _ended.Task;
    }

    private void Start(CommitLoop loop, SqliteStoreOptions options, TimeProvider time)
    {
        _loop = loop;
        _oneSpanAgo = Current;
        if (options.CompactEvery > TimeSpan.Zero)
        {
            _compaction = time.CreateTimer(_ => _ = CompactBeforeLastSpanAsync(), null, options.CompactEvery, options.CompactEvery);
        }

        // A thread of its own: it blocks on the disk for as long as the store is open.
        new Thread(() => Run(loop)) { Name = "store-writer", IsBackground = true }.Start();
    }

    private void Run(CommitLoop loop)
    {
        loop.Run();
        _history.Close();
        _table.Dispose();
        _directoryLock.Dispose();
        _ended.SetResult();
    }

    private async Task CompactBeforeLastSpanAsync()
    {
        var upTo = _oneSpanAgo;
        _oneSpanAgo = Current;
        try
        {
            await CompactAsync(upTo, CancellationToken.None);
            LogForgot(upTo);
        }
        catch (Exception error) when (error is StoreUnavailableException or ObjectDisposedException)
        {
            // The writer has said it already, or the store is closing; there is another time.
        }
    }

    [LoggerMessage(7101, LogLevel.Debug, "Forgot history up to revision {Revision}")]
    private partial void LogForgot(Revision revision);
}
