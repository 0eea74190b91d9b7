using System.Security.Cryptography;
using Coppice.Store.Encryption;
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
    private readonly WritePace _pace;
    private CommitLoop? _loop;
    private ITimer? _compaction;
    private Revision _oneSpanAgo;

    private SqliteRevisionStore(DirectoryLock directoryLock, VersionTable table, RevisionHistory history, SqliteStoreOptions options, WritePace pace, ILogger logger)
    {
        _pace = pace;
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

    /// <summary>That its disk is slow, in words for people; null while it is not.</summary>
    public string? Slowness => _pace.Remark;

    /// <summary>
    /// Opens the store in a directory, which is made (for its owner only) if it is not there. Reads the whole file, on the calling
    /// thread: a matter of milliseconds for some hundred objects.
    /// </summary>
    /// <exception cref="StoreUnavailableException">
    /// The directory is in use by another process, or the file is damaged, of a newer version or not ours, or a key is missing that
    /// values were encrypted with. Nothing was changed.
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
            var encryption = options.Encryption ?? ValueEncryption.None();
            var reader = new VersionReader(connection, acknowledged, encryption);
            var history = new RevisionHistory();
            var leftOver = history.Load(reader.Read(), new Revision(reader.Totals.Compacted));
            StoreFile.BeginWriting(connection, reader.Totals);
            acknowledged.Set(history.Current);
            var table = new VersionTable(connection, acknowledged, reader.Totals, encryption);
            var pace = new WritePace(directory, time, logger);
            var store = new SqliteRevisionStore(directoryLock, table, history, options, pace, logger);
            var loop = new CommitLoop(table, history, store._queue, options, pace, logger);
            loop.Remember(leftOver);
            loop.RewriteLater(reader.NotAsWritten);
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
                CryptographicException unread => MediumFailure.NotDecrypted(directory, unread),
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

    public IStoreWatch Watch(string prefix, Revision after, StoreTerm? only = null) => _history.Watch(prefix, after, only);

    public ValueTask CompactAsync(Revision upTo, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        var request = new QueuedWrite.Compact(upTo);
        _queue.Add(request);
        return new(request.Promise.Task);
    }

    /// <summary>How many values on the disk are not encrypted yet as they are to be.</summary>
    public int NotRewritten => _loop?.NotRewritten ?? 0;

    /// <summary>
    /// Encrypts values otherwise from now on, and writes anew those that are on the disk. Reads and writes go on meanwhile; what could not
    /// be written, as on a full disk, is tried again.
    /// </summary>
    /// <param name="encryption">It has the keys that values were encrypted with until now. The store disposes of it.</param>
    /// <returns>When all are written.</returns>
    /// <exception cref="StoreUnavailableException">The medium refused, or a key is missing; all is as it was.</exception>
    /// <exception cref="OperationCanceledException">The store was closed first; the next opening goes on with it.</exception>
    public Task EncryptAsync(ValueEncryption encryption)
    {
        var request = new QueuedWrite.Encrypt(encryption);
        _queue.Add(request);
        return request.Promise.Task;
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
