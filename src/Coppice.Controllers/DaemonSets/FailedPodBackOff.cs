using System.Collections.Immutable;
using Coppice.Client;

namespace Coppice.Controllers.DaemonSets;

/// <summary>
/// The pauses before a failed pod of a daemon is replaced, as Kubernetes makes them: the first at once, those after it 1 s, 2 s, 4 s … 15 min
/// after the one before. A pod that fails on a node because of the node would otherwise be made and killed without end.
/// </summary>
/// <param name="PauseOf">By node: what has to pass since the last replacement, and when that was.</param>
internal sealed record FailedPodBackOff(ImmutableSortedDictionary<string, (TimeSpan Pause, DateTimeOffset Since)> PauseOf)
{
    public static readonly Backoff Pauses = new(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(15));

    /// <summary>A node where nothing failed for so long begins anew.</summary>
    public static readonly TimeSpan ForgivenAfter = 2 * Pauses.Longest;

    public static readonly FailedPodBackOff None = new(ImmutableSortedDictionary.Create<string, (TimeSpan, DateTimeOffset)>(StringComparer.Ordinal));

    /// <summary>When a failed pod on a node may be replaced; null for at once.</summary>
    public DateTimeOffset? Until(string node, DateTimeOffset now) =>
        Find(node, now) is var (pause, since) && since + pause > now ? since + pause : null;

    /// <summary>The state after the failed pods of these nodes are replaced now.</summary>
    public FailedPodBackOff After(IEnumerable<string> nodes, DateTimeOffset now)
    {
        var pauses = PauseOf.ToBuilder();
        foreach (var (node, (_, since)) in PauseOf)
        {
            if (now < since || now - since > ForgivenAfter)
            {
                pauses.Remove(node);
            }
        }

        foreach (var node in nodes)
        {
            pauses[node] = (Pauses.Next(Find(node, now)?.Pause ?? TimeSpan.Zero), now);
        }

        return new(pauses.ToImmutable());
    }

    // What was noted in the future was noted before the clock was set back: nobody knows how long ago, so it begins anew.
    private (TimeSpan Pause, DateTimeOffset Since)? Find(string node, DateTimeOffset now) =>
        PauseOf.TryGetValue(node, out var last) && now >= last.Since && now - last.Since <= ForgivenAfter ? last : null;
}
