namespace Coppice.Store.Mvcc;

/// <summary>Reads the logs of several segments as one, in revision order, from the event after a revision on.</summary>
internal sealed class LogMerge
{
    private readonly IReadOnlyList<Segment> _segments;
    private readonly int[] _next;

    public LogMerge(IReadOnlyList<Segment> segments, Revision after)
    {
        _segments = segments;
        _next = new int[segments.Count];
        for (var i = 0; i < _next.Length; i++)
        {
            _next[i] = segments[i].FirstAfter(after);
        }
    }

    /// <summary>The next event; null at the end.</summary>
    public StoreEvent? Next()
    {
        var lowest = -1;
        StoreEvent? found = null;
        for (var i = 0; i < _next.Length; i++)
        {
            var log = _segments[i].Log;
            if (_next[i] < log.Count && (found is null || log[_next[i]].Entry.Modified < found.Entry.Modified))
            {
                (lowest, found) = (i, log[_next[i]]);
            }
        }

        if (found is not null)
        {
            _next[lowest]++;
        }

        return found;
    }
}
