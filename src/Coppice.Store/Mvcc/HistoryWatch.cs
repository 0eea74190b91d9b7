namespace Coppice.Store.Mvcc;

/// <summary>
/// A place in the history, without a queue of its own: reading copies references out of the shared log, so a thousand watches cost
/// no more memory than one, and a slow one costs nothing until compaction passes it.
/// </summary>
/// <remarks>All state is guarded by the history's lock; the members that say so are called by the history while it holds it.</remarks>
/// <param name="segment">The one that the prefix lies in; null for a wide one.</param>
/// <param name="term">What is watched for, by the segment's terms; null for everything below the prefix.</param>
internal sealed class HistoryWatch(RevisionHistory history, Segment? segment, string prefix, string? term, Revision after) : IStoreWatch
{
    private TaskCompletionSource? _signal;
    private LinkedListNode<HistoryWatch>? _place;

    public Segment? Segment => segment;

    public string Prefix => prefix;

    public string? Term => term;

    /// <summary>Everything up to here was returned. While the watch waits, <see cref="Progress"/> is ahead of it.</summary>
    public Revision Position { get; set; } = after;

    public bool Disposed { get; private set; }

    public bool IsWaiting => _place is not null;

    public Revision Newest => segment?.Newest ?? history.Current;

    public Revision Progress => history.ProgressOf(this);

    public bool Sees(StoreEvent change) =>
        change.Entry.Key.StartsWith(prefix, StringComparison.Ordinal)
        && (term is null || segment!.Terms!.Of(change.Entry) == term || (change.Previous is { } previous && segment.Terms.Of(previous) == term));

    public ValueTask<IReadOnlyList<StoreEvent>> NextAsync(CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        return history.TakeOrWait(this, out var wakeUp) is { } ready ? new(ready) : WaitAsync(wakeUp, stop);
    }

    public IReadOnlyList<StoreEvent> Take() => history.Take(this);

    public void Dispose()
    {
        history.Leave(this);
    }

    /// <summary>Begins to wait in a line. Called with the lock held.</summary>
    internal Task Enqueue(LinkedList<HistoryWatch> line)
    {
        if (IsWaiting)
        {
            throw new InvalidOperationException("a watch has one reader at a time, and this one is already being waited on");
        }

        // Continuations go through the awaiting side's context (or the pool), never into the writer that wakes us.
        _signal = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _place = line.AddLast(this);
        return _signal.Task;
    }

    /// <summary>
    /// Leaves the line, if it stands in one; everything up to the given revision counts as read. The source returned is to be
    /// completed by the caller. Called with the lock held.
    /// </summary>
    internal TaskCompletionSource? Dequeue(Revision read)
    {
        if (_place is null)
        {
            return null;
        }

        _place.List!.Remove(_place);
        _place = null;
        Position = read > Position ? read : Position;
        return _signal;
    }

    /// <summary>Called with the lock held.</summary>
    internal void MarkDisposed() => Disposed = true;

    private async ValueTask<IReadOnlyList<StoreEvent>> WaitAsync(Task wakeUp, CancellationToken stop)
    {
        while (true)
        {
            // Not Task.WaitAsync(stop): its own continuation would run on the thread pool.
            using (stop.UnsafeRegister(static (watch, token) => ((HistoryWatch)watch!).Cancel(token), this))
            {
                await wakeUp;
            }

            if (history.TakeOrWait(this, out wakeUp) is { } ready)
            {
                return ready;
            }
        }
    }

    private void Cancel(CancellationToken stop) => history.StopWaiting(this)?.TrySetCanceled(stop);
}
