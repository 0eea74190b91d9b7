namespace Coppice.Store.Mvcc;

/// <summary>How a segment is read from key to key: all of it, or what has one term.</summary>
internal static class RangeWalk
{
    /// <summary>Adds what a range query finds in one segment, and counts what is beyond its limit.</summary>
    public static long Read(Segment segment, RangeQuery query, Revision at, List<StoreEntry> entries)
    {
        var whole = query.Prefix == segment.Name;
        var afterPrefix = query.After is not null && string.CompareOrdinal(query.After, query.Prefix) >= 0;
        var term = query.Only?.Value;
        var walk = (term is null ? segment.Keys : segment.Terms!.KeysOf(term)).From(afterPrefix ? query.After! : query.Prefix);
        long remaining = 0;
        while (true)
        {
            // What lies beyond the limit is only counted.
            if (term is null && query.Limit > 0 && entries.Count == query.Limit && walk.TrySkip(query.Prefix, at, out var live))
            {
                remaining += live;
                continue;
            }

            if (walk.Next() is not { } newest)
            {
                break;
            }

            var key = newest.Entry.Key;
            if (!whole && !key.StartsWith(query.Prefix, StringComparison.Ordinal))
            {
                break;
            }

            if (newest.At(at)?.Live is not { } entry || (afterPrefix && key == query.After) || (term is not null && segment.Terms!.Of(entry) != term))
            {
                continue;
            }

            if (query.Limit == 0 || entries.Count < query.Limit)
            {
                entries.Add(entry);
            }
            else
            {
                remaining++;
            }
        }

        return remaining;
    }
}
