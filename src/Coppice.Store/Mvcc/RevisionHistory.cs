namespace Coppice.Store.Mvcc;

/// <summary>
/// The state of a store in memory: every key's versions since the compacted revision, the events in order, and who waits for more.
/// The stores differ only in what must happen before <see cref="Commit"/>.
/// </summary>
/// <remarks>
/// Safe for any number of readers; one lock is held for the time of a lookup or a walk, never across I/O or anyone's callback.
/// Commits and compactions come from one writer at a time. On one thread the same calls give the same results in the same order.
/// </remarks>
internal sealed class RevisionHistory
{
    /// <summary>At most so many events a batch of a watch: bounds what one reader holds and how long the lock is held for it.</summary>
    internal const int WatchBatchLimit = 1000;

    /// <summary>At most so many foreign events are skipped in one hold of the lock.</summary>
    private const int WatchScanLimit = 8192;

    /// <summary>Compaction forgets so many revisions in one hold of the lock, so that readers wait milliseconds at most.</summary>
    private const int CompactionStride = 4096;

    /// <summary>About what an event costs beside its value: the event, its entry, its version and their places.</summary>
    private const long EventCost = 200;

    private static readonly StoredValue NoValue = new(ReadOnlyMemory<byte>.Empty);

    private readonly Lock _gate = new();
    private readonly SegmentTable _segments = new();
    private readonly LinkedList<HistoryWatch> _wideWaiting = [];
    private long _current;
    private long _compacted;
    private bool _closed;

    public Revision Current => new(Volatile.Read(ref _current));

    public Revision Compacted => new(Volatile.Read(ref _compacted));

    /// <summary>What history costs beyond the live entries, about: the bytes of superseded values and a share for each event.</summary>
    public long SupersededBytes { get; private set; }

    public StoreEntry? Get(string key)
    {
        lock (_gate)
        {
            ThrowIfClosed();
            return _segments.Find(key)?.Keys.Find(key)?.Live;
        }
    }

    public StoreRange Range(RangeQuery query)
    {
        ArgumentNullException.ThrowIfNull(query.Prefix);
        ArgumentOutOfRangeException.ThrowIfNegative(query.Limit);
        Learn(query.Prefix, query.Only?.Index);
        lock (_gate)
        {
            ThrowIfClosed();
            var at = query.At ?? Current;
            if (at > Current)
            {
                throw new FutureRevisionException(at, Current);
            }

            ThrowIfForgotten(at);
            var found = _segments.Below(query.Prefix);
            var whole = query.Limit == 0 && found.Count == 1 && found[0].Name == query.Prefix;
            var entries = new List<StoreEntry>(whole ? found[0].Keys.Count : 0);
            var remaining = found.Sum(segment => RangeWalk.Read(segment, query, at, entries));
            return new StoreRange(entries, at, remaining);
        }
    }

    /// <summary>Judges and commits one write.</summary>
    public WriteOutcome Write(StoreWrite write)
    {
        WriteOutcome outcome;
        List<TaskCompletionSource> woken;
        lock (_gate)
        {
            var batch = new WriteBatch(this);
            outcome = batch.Add(write);
            woken = Apply(batch.Events);
        }

        woken.ForEach(waiting => waiting.TrySetResult());
        return outcome;
    }

    /// <summary>Makes a batch visible, all at once, and wakes those who wait for it.</summary>
    public void Commit(WriteBatch batch)
    {
        List<TaskCompletionSource> woken;
        lock (_gate)
        {
            woken = Apply(batch.Events);
        }

        woken.ForEach(waiting => waiting.TrySetResult());
    }

    public HistoryWatch Watch(string prefix, Revision after, StoreTerm? only)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        Learn(prefix, only?.Index);
        lock (_gate)
        {
            ThrowIfClosed();
            ThrowIfForgotten(after);
            return new HistoryWatch(this, SegmentTable.IsWide(prefix) ? null : _segments.FindOrAdd(prefix), prefix, only?.Value, after);
        }
    }

    /// <summary>Forgets what only reads below a revision need, and says which versions these were.</summary>
    public IReadOnlyList<Revision> Compact(Revision upTo)
    {
        if (upTo > Current)
        {
            throw new FutureRevisionException(upTo, Current);
        }

        var forgotten = new List<Revision>();
        while (Compacted < upTo)
        {
            lock (_gate)
            {
                ThrowIfClosed();
                CompactStep(new Revision(Math.Min(_compacted + CompactionStride, upTo.Value)), forgotten);
            }
        }

        return forgotten;
    }

    /// <summary>Ends every wait with <see cref="ObjectDisposedException"/>; from now on every call throws it.</summary>
    public void Close()
    {
        List<TaskCompletionSource> waiting = [];
        lock (_gate)
        {
            _closed = true;
            foreach (var line in _segments.All.SelectMany(segment => segment.Terms?.Waiting.Append(segment.Waiting) ?? [segment.Waiting]).Append(_wideWaiting))
            {
                while (line.First is { } first)
                {
                    waiting.Add(first.Value.Dequeue(Current)!);
                }
            }
        }

        waiting.ForEach(watch => watch.TrySetException(new ObjectDisposedException(nameof(IRevisionStore))));
    }

    /// <summary>
    /// Takes over what a medium has kept. Rows come in revision order; those up to the compacted revision carry no events. Returns
    /// the rows that compaction had given up but that were still there.
    /// </summary>
    public IReadOnlyList<Revision> Load(IEnumerable<StoredRow> rows, Revision compactedBefore)
    {
        var leftOver = new List<Revision>();
        lock (_gate)
        {
            _compacted = _current = compactedBefore.Value;
            foreach (var row in rows)
            {
                var segment = _segments.FindOrAdd(row.Key);
                var before = segment.Keys.Find(row.Key);
                var entry = new StoreEntry(row.Key, row.Value ?? before?.Entry.Value ?? NoValue, row.Created, row.Modified);
                if (row.Modified > compactedBefore)
                {
                    Record(segment, new StoreEvent(row.Value is null ? StoreEventType.Delete : StoreEventType.Put, entry, before?.Live));
                    _current = row.Modified.Value;
                    continue;
                }

                if (before is not null)
                {
                    leftOver.Add(before.Entry.Modified);
                }

                if (row.Value is null)
                {
                    leftOver.Add(row.Modified);
                    segment.Keys.Remove(row.Key);
                }
                else
                {
                    segment.Keys.Set(new KeyVersion(entry, false, null));
                }
            }
        }

        return leftOver;
    }

    /// <summary>The next events for a watch; null if there are none, and then it waits and the task ends when there are.</summary>
    internal IReadOnlyList<StoreEvent>? TakeOrWait(HistoryWatch watch, out Task wakeUp)
    {
        wakeUp = Task.CompletedTask;
        while (true)
        {
            lock (_gate)
            {
                if (ReadNext(watch) is { Count: > 0 } batch)
                {
                    return batch;
                }

                if (watch.Position >= Current)
                {
                    wakeUp = watch.Enqueue(LineFor(watch));
                    return null;
                }
            }
        }
    }

    /// <summary>The next events for a watch; none if it has read everything.</summary>
    internal IReadOnlyList<StoreEvent> Take(HistoryWatch watch)
    {
        while (true)
        {
            lock (_gate)
            {
                var batch = ReadNext(watch);
                if (batch.Count > 0 || watch.Position >= Current)
                {
                    return batch;
                }
            }
        }
    }

    internal Revision ProgressOf(HistoryWatch watch)
    {
        lock (_gate)
        {
            return watch.IsWaiting && Current > watch.Position ? Current : watch.Position;
        }
    }

    internal TaskCompletionSource? StopWaiting(HistoryWatch watch)
    {
        lock (_gate)
        {
            return watch.Dequeue(Current);
        }
    }

    internal void Leave(HistoryWatch watch)
    {
        TaskCompletionSource? waiting;
        lock (_gate)
        {
            watch.MarkDisposed();
            waiting = watch.Dequeue(Current);
            if (watch.Term is { } term)
            {
                watch.Segment!.Terms!.Close(term);
            }
        }

        waiting?.TrySetException(new ObjectDisposedException(nameof(IStoreWatch)));
    }

    /// <summary>
    /// Sees to it that the keys of a segment are found by their terms. These are read without the lock; only what is written meanwhile is
    /// read within it.
    /// </summary>
    private void Learn(string prefix, StoreIndex? index)
    {
        if (index is null)
        {
            return;
        }

        var values = new List<StoredValue>();
        lock (_gate)
        {
            ThrowIfClosed();
            if (SegmentTable.IsWide(prefix))
            {
                throw new ArgumentException($"what has a term is asked for below a prefix with a '/', and \"{prefix}\" has none", nameof(prefix));
            }

            if (_segments.FindOrAdd(prefix).Terms is { } terms)
            {
                ArgumentOutOfRangeException.ThrowIfNotEqual(index, terms.Index);
                return;
            }

            var walk = _segments.FindOrAdd(prefix).Keys.From("");
            while (walk.Next() is { } newest)
            {
                values.Add(newest.Entry.Value);
            }
        }

        values.ForEach(value => index.TermOf(value));
        lock (_gate)
        {
            ThrowIfClosed();
            var segment = _segments.FindOrAdd(prefix);
            segment.Terms ??= new TermIndex(index, segment.Keys);
        }
    }

    /// <summary>A bounded step of a watch, which may find nothing. Called with the lock held.</summary>
    private IReadOnlyList<StoreEvent> ReadNext(HistoryWatch watch)
    {
        ThrowIfClosed();
        ObjectDisposedException.ThrowIf(watch.Disposed, watch);
        if (watch.Position >= Current)
        {
            return [];
        }

        ThrowIfForgotten(watch.Position);
        var batch = new List<StoreEvent>();
        watch.Position = Read(watch, batch);
        return batch;
    }

    private List<TaskCompletionSource> Apply(IReadOnlyList<StoreEvent> events)
    {
        ThrowIfClosed();
        var woken = new List<TaskCompletionSource>();
        foreach (var change in events)
        {
            var segment = _segments.FindOrAdd(change.Entry.Key);
            Record(segment, change);
            var before = new Revision(change.Entry.Modified.Value - 1);
            Wake(segment.Waiting, change.Entry.Key, before, woken);
            Wake(_wideWaiting, change.Entry.Key, before, woken);
            foreach (var line in segment.Terms?.LinesFor(change) ?? [])
            {
                Wake(line, change.Entry.Key, before, woken);
            }
        }

        if (events.Count > 0)
        {
            Volatile.Write(ref _current, events[^1].Entry.Modified.Value);
        }

        return woken;
    }

    private void Record(Segment segment, StoreEvent change)
    {
        segment.Add(change);
        SupersededBytes += EventCost + (change.Previous?.Value.Bytes.Length ?? 0);
    }

    private static void Wake(LinkedList<HistoryWatch> line, string key, Revision before, List<TaskCompletionSource> woken)
    {
        for (var place = line.First; place is not null;)
        {
            var next = place.Next;
            if (key.StartsWith(place.Value.Prefix, StringComparison.Ordinal))
            {
                woken.Add(place.Value.Dequeue(before)!);
            }

            place = next;
        }
    }

    private LinkedList<HistoryWatch> LineFor(HistoryWatch watch) =>
        watch.Segment is not { } segment ? _wideWaiting : watch.Term is { } term ? segment.Terms!.LineOf(term) : segment.Waiting;

    /// <summary>Fills a batch from the watch's position on, and returns the position up to which everything was seen.</summary>
    private Revision Read(HistoryWatch watch, List<StoreEvent> batch)
    {
        var merge = new LogMerge(_segments.Below(watch.Prefix), watch.Position);
        var seen = watch.Position;
        for (var scanned = 0; merge.Next() is { } change; scanned++)
        {
            if (batch.Count == WatchBatchLimit || scanned == WatchScanLimit)
            {
                return seen;
            }

            seen = change.Entry.Modified;
            if (watch.Sees(change))
            {
                batch.Add(change);
            }
        }

        return Current;
    }

    private void CompactStep(Revision upTo, List<Revision> forgotten)
    {
        foreach (var segment in _segments.All)
        {
            var end = segment.FirstAfter(upTo);
            var done = new HashSet<string>(StringComparer.Ordinal);
            for (var i = 0; i < end; i++)
            {
                if (done.Add(segment.Log[i].Entry.Key))
                {
                    Forget(segment, segment.Log[i].Entry.Key, upTo, forgotten);
                }
            }

            segment.Log.RemoveRange(0, end);
            SupersededBytes -= EventCost * end;
        }

        Volatile.Write(ref _compacted, upTo.Value);
    }

    /// <summary>Cuts a key's versions behind the one visible at the revision, and that one too if it is an absence.</summary>
    private void Forget(Segment segment, string key, Revision upTo, List<Revision> forgotten)
    {
        var newest = segment.Keys.Find(key)!;
        KeyVersion? newer = null;
        var visible = newest;
        while (visible.Entry.Modified > upTo)
        {
            (newer, visible) = (visible, visible.Older!);
        }

        var cut = new List<KeyVersion>();
        for (var version = visible.Deleted ? visible : visible.Older; version is not null; version = version.Older)
        {
            cut.Add(version);
        }

        cut.ForEach(version => version.Older = null);
        visible.Older = null;
        if (visible.Deleted && newer is null)
        {
            segment.Keys.Remove(key);
        }
        else if (visible.Deleted)
        {
            newer!.Older = null;
        }

        foreach (var version in cut)
        {
            forgotten.Add(version.Entry.Modified);
            SupersededBytes -= version.Live?.Value.Bytes.Length ?? 0;
            segment.Terms?.Release(version);
        }
    }

    private void ThrowIfForgotten(Revision asked)
    {
        if (asked < Compacted)
        {
            throw new CompactedException(asked, Compacted);
        }
    }

    private void ThrowIfClosed() => ObjectDisposedException.ThrowIf(_closed, typeof(IRevisionStore));
}
