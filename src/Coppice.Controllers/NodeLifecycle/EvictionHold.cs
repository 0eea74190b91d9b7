using Coppice.Controllers.NodeLifecycle.Detection;

namespace Coppice.Controllers.NodeLifecycle;

/// <summary>A node as others judge by it.</summary>
/// <param name="IsReady">It said so when it was last heard.</param>
/// <param name="IsBeside">It is in our own process: it is heard whatever becomes of the network.</param>
/// <param name="IsHeard">There was a sign of it since we began to look; before that it is only given time.</param>
internal readonly record struct Witness(string Name, bool IsReady, bool IsBeside, bool IsHeard, Silence Silence)
{
    public bool IsSilent => Silence.For >= Silence.Patience;

    /// <summary>It lives, and shows that we hear.</summary>
    public bool IsAlive => IsReady && IsHeard && !IsSilent;
}

/// <summary>Whether what looks like the end of a node may be our own end of the network, when nobody is evicted.</summary>
internal static class EvictionHold
{
    /// <param name="node">That is not well.</param>
    /// <param name="all">All nodes, this one among them.</param>
    public static bool Holds(Witness node, IReadOnlyList<Witness> all, TimeSpan atOnce)
    {
        var others = all.Where(one => one.Name != node.Name).ToList();
        if (!others.Any(one => one.IsReady && !one.IsSilent))
        {
            return true;
        }

        // Whoever is heard over the network shows that it is not the network.
        if (!node.IsSilent || others.Any(one => !one.IsBeside && !one.IsSilent))
        {
            return false;
        }

        return others.Any(one => !one.IsBeside && (one.Silence.For - node.Silence.For).Duration() <= atOnce);
    }
}
