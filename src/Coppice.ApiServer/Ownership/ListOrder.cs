namespace Coppice.ApiServer.Ownership;

/// <summary>
/// In which order two lists are merged: what is applied stands in its own order, and what else is there keeps its place before the next
/// element that both have.
/// </summary>
internal static class ListOrder
{
    /// <returns>Places in the one list, in the other, or in both for an element that is in both.</returns>
    public static IEnumerable<(int? Live, int? Applied)> Of(IReadOnlyList<PathElement> live, IReadOnlyList<PathElement> applied)
    {
        var (isLive, isApplied) = (live.ToHashSet(), applied.ToHashSet());
        var shared = new Queue<PathElement>(applied.Where(isLive.Contains));
        var done = new HashSet<PathElement>();
        var (mine, theirs) = (0, 0);
        while (mine < live.Count || theirs < applied.Count)
        {
            if (mine < live.Count && theirs < applied.Count)
            {
                if (live[mine] == applied[theirs])
                {
                    done.Add(live[mine]);
                    shared.TryDequeue(out _);
                    yield return (mine++, theirs++);
                    continue;
                }

                if (isApplied.Contains(live[mine]) && shared.TryPeek(out var next) && next != live[mine])
                {
                    // An element of both, but its turn is later.
                    mine++;
                    continue;
                }
            }

            if (mine < live.Count)
            {
                if (!isApplied.Contains(live[mine]))
                {
                    yield return (mine++, null);
                    continue;
                }

                if (done.Contains(live[mine]))
                {
                    mine++;
                }
            }

            if (theirs < applied.Count)
            {
                done.Add(applied[theirs]);
                if (shared.TryPeek(out var next) && next == applied[theirs])
                {
                    shared.Dequeue();
                }

                yield return (null, theirs++);
            }
        }
    }
}
