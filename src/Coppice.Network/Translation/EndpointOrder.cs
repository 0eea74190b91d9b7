using System.Collections.Immutable;
using Coppice.Network.Nftables;

namespace Coppice.Network.Translation;

/// <summary>
/// The order of a service port's endpoints, by which the rules number them. Who stays keeps its place, whoever comes or is the last one
/// fills the places of those that went: a change costs what it touches and not all that come after it. Pure.
/// </summary>
internal static class EndpointOrder
{
    /// <param name="before">As they stood, the usable ones first.</param>
    /// <param name="now">In any order; what is new comes in this one.</param>
    /// <returns>The usable ones first, since only these are numbered.</returns>
    public static ImmutableArray<EndpointInfo> Arrange(ImmutableArray<EndpointInfo> before, ImmutableArray<EndpointInfo> now)
    {
        var usable = EndpointInfo.Usable(now.RemoveAll(one => one.Far));
        return [.. Keep(EndpointInfo.Usable(before.RemoveAll(one => one.Far)), usable), .. now.Except(usable)];
    }

    private static EndpointInfo[] Keep(ImmutableArray<EndpointInfo> before, ImmutableArray<EndpointInfo> now)
    {
        var coming = now.ToDictionary(one => (one.Address, one.Port));
        var places = new EndpointInfo?[now.Length];
        var late = new List<EndpointInfo>();
        for (var i = 0; i < before.Length; i++)
        {
            if (!coming.Remove((before[i].Address, before[i].Port), out var stays))
            {
                continue;
            }

            if (i < places.Length)
            {
                places[i] = stays;
            }
            else
            {
                late.Add(stays);
            }
        }

        var free = new Queue<EndpointInfo>(late.Concat(now.Where(one => coming.ContainsKey((one.Address, one.Port)))));
        return [.. places.Select(one => one ?? free.Dequeue())];
    }
}
