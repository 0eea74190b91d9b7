using System.Runtime.CompilerServices;

namespace Coppice.ApiServer.Fairness;

/// <summary>
/// Shuffle sharding: each flow is dealt a few of the queues, as cards by its hash. Two flows may have a queue in common, but hardly all of
/// them, so that a flow that fills its queues leaves every other one a way.
/// </summary>
internal static class Hand
{
    /// <summary>Kubernetes' limit of a hand, which validation holds configurations to: 60 bits of entropy.</summary>
    public const int CardsMax = 16;

    private const ulong FnvOffset = 14695981039346656037;
    private const ulong FnvPrime = 1099511628211;

    /// <summary>The hash of a flow: a schema, and what tells its flows apart. Nobody who does not know the seed can aim at others' queues.</summary>
    public static ulong HashOf(ulong seed, string schema, string distinguisher)
    {
        var hash = Add(FnvOffset ^ seed, schema);
        hash = Add((hash ^ '\n') * FnvPrime, distinguisher);

        // The last characters reach all bits.
        hash ^= hash >> 32;
        hash *= FnvPrime;
        return hash ^ (hash >> 29);
    }

    /// <summary>Deals as many different queues as there is room for.</summary>
    /// <param name="queues">How many there are, no fewer than are dealt.</param>
    public static void Deal(ulong hash, int queues, Span<int> hand)
    {
        for (var i = 0; i < hand.Length; i++)
        {
            var left = (uint)(queues - i);
            var card = (int)(hash % left);
            hash /= left;

            // It is the card-th of those that were not dealt: those are stepped over, the lowest first.
            var place = 0;
            while (place < i && hand[place] <= card)
            {
                card++;
                place++;
            }

            hand[place..i].CopyTo(hand[(place + 1)..]);
            hand[place] = card;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Add(ulong hash, string text)
    {
        foreach (var letter in text)
        {
            hash = (hash ^ letter) * FnvPrime;
        }

        return hash;
    }
}
