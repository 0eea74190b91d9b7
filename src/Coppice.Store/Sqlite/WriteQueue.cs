namespace Coppice.Store.Sqlite;

/// <summary>
/// Requests from any thread, taken by the writer thread in order and as many at once as may share a commit: while one batch is on
/// its way to the disk, the next one gathers here.
/// </summary>
internal sealed class WriteQueue(SqliteStoreOptions options)
{
    private readonly Queue<QueuedWrite> _waiting = new();
    private bool _closed;

    public void Add(QueuedWrite request)
    {
        lock (_waiting)
        {
            ObjectDisposedException.ThrowIf(_closed, typeof(IRevisionStore));
            _waiting.Enqueue(request);
            Monitor.Pulse(_waiting);
        }
    }

    /// <summary>Takes no more; what was taken is still to be done.</summary>
    public void Close()
    {
        lock (_waiting)
        {
            _closed = true;
            Monitor.Pulse(_waiting);
        }
    }

    /// <summary>
    /// The next writes that go together, or one request of another kind. Without any it waits, or returns an empty batch if
    /// <paramref name="orNothing"/> says that there is something else to do; null once the queue is closed and empty.
    /// </summary>
    public List<QueuedWrite>? Take(bool orNothing)
    {
        lock (_waiting)
        {
            while (_waiting.Count == 0 && !_closed && !orNothing)
            {
                Monitor.Wait(_waiting);
            }

            if (_waiting.Count == 0 && _closed)
            {
                return null;
            }

            var batch = new List<QueuedWrite>();
            long bytes = 0;
            while (batch.Count < options.WritesPerCommit && bytes < options.BytesPerCommit && _waiting.TryPeek(out var next))
            {
                if (next is not QueuedWrite.Write && batch.Count > 0)
                {
                    break;
                }

                batch.Add(_waiting.Dequeue());
                if (next is not QueuedWrite.Write write)
                {
                    break;
                }

                bytes += write.Bytes;
            }

            return batch;
        }
    }
}
