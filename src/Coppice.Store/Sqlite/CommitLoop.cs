using System.Security.Cryptography;
using Coppice.Store.Mvcc;
using Microsoft.Extensions.Logging;

namespace Coppice.Store.Sqlite;

/// <summary>
/// The writer thread: takes the writes that wait, judges them, makes them durable in one transaction, then visible, then
/// acknowledges them. The only one that uses the database after the store was opened.
/// </summary>
internal sealed partial class CommitLoop(VersionTable table, RevisionHistory history, WriteQueue queue, SqliteStoreOptions options, WritePace pace, ILogger logger)
{
    /// <summary>So many forgotten rows are deleted at a time, so that a write that comes meanwhile waits a millisecond or two.</summary>
    private const int RowsPerDeletion = 256;

    /// <summary>Forgotten rows wait for idle moments, unless they are more than this.</summary>
    private const int ForgottenRowsLimit = 50_000;

    /// <summary>When so many have come at once, others are on their way.</summary>
    private const int ManyTogether = 4;

    private readonly Queue<Revision> _forgotten = new();

    /// <summary>Values that are to be written anew, and those who wait for the last of them.</summary>
    private readonly Queue<Revision> _rewriting = new();
    private readonly List<TaskCompletionSource> _rewritten = [];
    private volatile int _notRewritten;
    private volatile string? _trouble;
    private readonly int _checkpointPages = (int)Math.Max(1, options.CheckpointBytes / StoreFile.PageBytes);
    private int _checkpointFailedAt;

    /// <summary>Why the last write was refused; null while writes succeed. For any thread.</summary>
    public string? Trouble => _trouble;

    /// <summary>Rows that nobody needs any more; they are deleted in idle moments. Before <see cref="Run"/>, for what loading found.</summary>
    public void Remember(IReadOnlyList<Revision> rows)
    {
        foreach (var row in rows)
        {
            _forgotten.Enqueue(row);
        }
    }

    /// <summary>How many values on the disk are not encrypted yet as they are to be. For any thread.</summary>
    public int NotRewritten => _notRewritten;

    /// <summary>Values to be encrypted as they are to be, between other writes. Before <see cref="Run"/>, for what loading found.</summary>
    public void RewriteLater(IReadOnlyList<Revision> rows)
    {
        foreach (var row in rows)
        {
            _rewriting.Enqueue(row);
        }

        _notRewritten = _rewriting.Count;
    }

    /// <summary>Until the queue is closed and empty. What is thrown here is a fault of ours and ends the process.</summary>
    public void Run()
    {
        // What a crash left behind the last commit in the log must not lie there when this process is killed, too.
        Checkpoint();
        while (queue.Take(orNothing: _forgotten.Count + _rewriting.Count > 0 && _trouble is null) is { } requests)
        {
            if (requests is [QueuedWrite.Compact compaction])
            {
                Compact(compaction);
            }
            else if (requests is [QueuedWrite.Encrypt encryption])
            {
                Encrypt(encryption);
            }
            else if (requests.Count > 0)
            {
                Commit(requests.ConvertAll(request => (QueuedWrite.Write)request));
                if (requests.Count >= ManyTogether)
                {
                    // Where processors are short, more come together while others have their turn; where they are not, this takes no time.
                    Thread.Yield();
                }
            }

            if (_rewriting.Count > 0)
            {
                Attempt("encrypt what is stored", Rewrite);
            }

            if (history.SupersededBytes > options.HistoryBytes)
            {
                Attempt("forget history", () => ForgetUpTo(new((history.Compacted.Value + history.Current.Value + 1) / 2)));
            }

            if (_forgotten.Count > 0 && (requests.Count == 0 || _forgotten.Count > ForgottenRowsLimit))
            {
                Attempt("delete forgotten history", DeleteForgotten);
            }

            if (table.LogPages - _checkpointFailedAt >= _checkpointPages)
            {
                Checkpoint();
            }
        }

        // What is left of it is taken up by the next opening.
        _rewritten.ForEach(promise => promise.SetCanceled());
    }

    private void Commit(List<QueuedWrite.Write> writes)
    {
        var batch = new WriteBatch(history);
        var outcomes = writes.ConvertAll(write => batch.Add(write.What));
        if (batch.Events.Count > 0)
        {
            if (Attempt($"commit {batch.Events.Count} writes", () => table.Append(batch.Events)) is { } failure)
            {
                writes.ForEach(write => write.Promise.SetException(failure));
                return;
            }

            history.Commit(batch);
        }

        for (var i = 0; i < writes.Count; i++)
        {
            writes[i].Promise.SetResult(outcomes[i]);
        }
    }

    private void Compact(QueuedWrite.Compact request)
    {
        if (request.UpTo > history.Current)
        {
            request.Promise.SetException(new FutureRevisionException(request.UpTo, history.Current));
        }
        else if (Attempt("compact", () => ForgetUpTo(request.UpTo)) is { } failure)
        {
            request.Promise.SetException(failure);
        }
        else
        {
            request.Promise.SetResult();
        }
    }

    private void Encrypt(QueuedWrite.Encrypt request)
    {
        try
        {
            _rewritten.Add(request.Promise);
            if (Attempt("look at what is stored", () => RewriteLater(table.Encrypt(request.Encryption))) is { } failure)
            {
                _rewritten.Remove(request.Promise);
                request.Promise.SetException(failure);
            }
            else if (_rewriting.Count == 0)
            {
                TellThatAllIsRewritten();
            }
        }
        catch (CryptographicException unread)
        {
            _rewritten.Remove(request.Promise);
            request.Promise.SetException(MediumFailure.NotDecrypted(pace.Directory, unread));
        }
    }

    /// <summary>A few at a time, so that a write that comes meanwhile waits for milliseconds; in the end nothing old is left in the log.</summary>
    private void Rewrite()
    {
        var rows = _rewriting.Take(RowsPerDeletion).ToArray();
        var done = table.Rewrite(rows, options.BytesPerCommit);
        if (done == _rewriting.Count)
        {
            // While this is refused they are not done, and are tried again.
            table.Checkpoint(empty: true);
        }

        for (var i = 0; i < done; i++)
        {
            _rewriting.Dequeue();
        }

        _notRewritten = _rewriting.Count;
        if (_rewriting.Count == 0)
        {
            TellThatAllIsRewritten();
        }
    }

    private void TellThatAllIsRewritten()
    {
        _rewritten.ForEach(promise => promise.SetResult());
        _rewritten.Clear();
    }

    /// <summary>On disk first: after a crash in between, loading forgets the same.</summary>
    private void ForgetUpTo(Revision upTo)
    {
        if (upTo > history.Compacted)
        {
            table.SetCompacted(upTo);
            Remember(history.Compact(upTo));
        }
    }

    private void DeleteForgotten()
    {
        var rows = _forgotten.Take(RowsPerDeletion).ToArray();
        table.Delete(rows);
        for (var i = 0; i < rows.Length; i++)
        {
            _forgotten.Dequeue();
        }
    }

    private void Checkpoint()
    {
        pace.Begin();
        try
        {
            table.Checkpoint();
            _checkpointFailedAt = 0;
        }
        catch (SqliteException error)
        {
            // Everything is safe in the log; it only goes on growing. Not at every commit again, though.
            _checkpointFailedAt = table.LogPages;
            LogNotCheckpointed(MediumFailure.OnWrite(pace.Directory, error).Message);
        }
        finally
        {
            pace.End();
        }
    }

    /// <summary>Writes to the disk; a refusal is logged once until a write works again.</summary>
    private StoreUnavailableException? Attempt(string what, Action write)
    {
        pace.Begin();
        try
        {
            write();
        }
        catch (SqliteException error)
        {
            var failure = MediumFailure.OnWrite(pace.Directory, error);
            if (_trouble is null)
            {
                LogNotWritten(what, failure.Message);
            }

            _trouble = failure.Message;
            return failure;
        }
        finally
        {
            pace.End();
        }

        if (_trouble is not null)
        {
            _trouble = null;
            LogWritesAgain(pace.Directory);
        }

        return null;
    }

    [LoggerMessage(7001, LogLevel.Warning, "The log could not be copied into the store's file: {Message}")]
    private partial void LogNotCheckpointed(string message);

    [LoggerMessage(7002, LogLevel.Error, "Could not {What}: {Message}")]
    private partial void LogNotWritten(string what, string message);

    [LoggerMessage(7003, LogLevel.Information, "Writing to {Directory} works again")]
    private partial void LogWritesAgain(string directory);
}
