using Coppice.Store.Mvcc;
using Microsoft.Extensions.Logging;

namespace Coppice.Store.Sqlite;

/// <summary>
/// The writer thread: takes the writes that wait, judges them, makes them durable in one transaction, then visible, then
/// acknowledges them. The only one that uses the database after the store was opened.
/// </summary>
internal sealed partial class CommitLoop(VersionTable table, RevisionHistory history, WriteQueue queue, SqliteStoreOptions options, string directory, ILogger logger)
{
    /// <summary>So many forgotten rows are deleted at a time, so that a write that comes meanwhile waits a millisecond or two.</summary>
    private const int RowsPerDeletion = 256;

    /// <summary>Forgotten rows wait for idle moments, unless they are more than this.</summary>
    private const int ForgottenRowsLimit = 50_000;

    private readonly Queue<Revision> _forgotten = new();
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

    /// <summary>Until the queue is closed and empty. What is thrown here is a fault of ours and ends the process.</summary>
    public void Run()
    {
        // What a crash left behind the last commit in the log must not lie there when this process is killed, too.
        Checkpoint();
        while (queue.Take(orNothing: _forgotten.Count > 0 && _trouble is null) is { } requests)
        {
            if (requests is [QueuedWrite.Compact compaction])
            {
                Compact(compaction);
            }
            else if (requests.Count > 0)
            {
                Commit(requests.ConvertAll(request => (QueuedWrite.Write)request));
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
        try
        {
            table.Checkpoint();
            _checkpointFailedAt = 0;
        }
        catch (SqliteException error)
        {
            // Everything is safe in the log; it only goes on growing. Not at every commit again, though.
            _checkpointFailedAt = table.LogPages;
            LogNotCheckpointed(MediumFailure.OnWrite(directory, error).Message);
        }
    }

    /// <summary>Writes to the disk; a refusal is logged once until a write works again.</summary>
    private StoreUnavailableException? Attempt(string what, Action write)
    {
        try
        {
            write();
        }
        catch (SqliteException error)
        {
            var failure = MediumFailure.OnWrite(directory, error);
            if (_trouble is null)
            {
                LogNotWritten(what, failure.Message);
            }

            _trouble = failure.Message;
            return failure;
        }

        if (_trouble is not null)
        {
            _trouble = null;
            LogWritesAgain(directory);
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
