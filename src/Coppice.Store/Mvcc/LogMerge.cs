namespace Coppice.Store.Mvcc;

/// <summary>Reads the logs of several segments as one, in revision order, from the event after a revision on.</summary>
internal sealed class LogMerge
{
    private readonly IReadOnlyList<Segment> segments;
    private readonly int[] next;

    public LogMerge(IReadOnlyList<Segment> segments, Revision after)
    {
        this.segments = segments;
        next = new int[segments.Count];
        for (var i = 0; i < next.Length; i++)
        {
            next[i] = segments[i].FirstAfter(after);
        }
    }

    /// <summary>The next event; null at the end.</summary>
    public StoreEvent? Next()
    {
        var lowest = -1;
        StoreEvent? found = null;
        for (var i = 0; i < next.Length; i++)
        {
            var log = segments[i].Log;
            if (next[i] < log.Count && (found is null || log[next[i]].Entry.Modified < found.Entry.Modified))
            {
                (lowest, found) = (i, log[next[i]]);
            }
        }

        if (found is not null)
        {
            next[lowest]++;
        }

        return found;
    }
}
