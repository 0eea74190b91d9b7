namespace Coppice.Store.Sqlite;

/// <summary>
/// Requests from any thread, taken by the writer thread in order and as many at once as may share a commit: while one batch is on
/// its way to the disk, the next one gathers here.
/// </summary>
internal sealed class WriteQueue(SqliteStoreOptions options)
{
    private readonly Queue<WriteRequest> waiting = new();
    private bool closed;

    public void Add(WriteRequest request)
    {
        lock (waiting)
        {
            ObjectDisposedException.ThrowIf(closed, typeof(IRevisionStore));
            waiting.Enqueue(request);
            Monitor.Pulse(waiting);
        }
    }

    /// <summary>Takes no more; what was taken is still to be done.</summary>
    public void Close()
    {
        lock (waiting)
        {
            closed = true;
            Monitor.Pulse(waiting);
        }
    }

    /// <summary>
    /// The next writes that go together, or one compaction. Without any it waits, or returns an empty batch if
    /// <paramref name="orNothing"/> says that there is something else to do; null once the queue is closed and empty.
    /// </summary>
    public List<WriteRequest>? Take(bool orNothing)
    {
        lock (waiting)
        {
            while (waiting.Count == 0 && !closed && !orNothing)
            {
                Monitor.Wait(waiting);
            }

            if (waiting.Count == 0 && closed)
            {
                return null;
            }

            var batch = new List<WriteRequest>();
            long bytes = 0;
            while (batch.Count < options.WritesPerCommit && bytes < options.BytesPerCommit && waiting.TryPeek(out var next))
            {
                if (next is WriteRequest.Compact && batch.Count > 0)
                {
                    break;
                }

                batch.Add(waiting.Dequeue());
                if (next is not WriteRequest.Write write)
                {
                    break;
                }

                bytes += write.Bytes;
            }

            return batch;
        }
    }
}
