using System.Net;
using System.Net.Sockets;
using Coppice.Network.PodNetwork;
using Coppice.Objects;

namespace Coppice.Configuration;

/// <summary>The addresses that a node is known by: one of each family that its cluster has, as far as the machine has them.</summary>
internal static class NodeAddresses
{
    /// <summary>What is wrong with a text as the addresses of a node, in words that follow it; null for a good one.</summary>
    public static string? Error(string text)
    {
        var parts = text.Split(',');
        foreach (var part in parts.Where(part => !IPAddress.TryParse(part, out _)))
        {
            return parts.Length == 1 ? "is no IP address" : $"has '{part}', which is no IP address";
        }

        return parts.Length > 2 || Parse(text).DistinctBy(one => one.AddressFamily).Count() < parts.Length ? "has more than one address of a family: one of each at most" : null;
    }

    public static ValueList<IPAddress> Parse(string text) => text.Split(',').Select(IPAddress.Parse).ToValueList();

    /// <summary>
    /// Those that were given, or else those of the machine's default routes, that of the pods' first family first; none where that is missing.
    /// </summary>
    public static IReadOnlyList<IPAddress> Of(ServerOptions options)
    {
        var families = options.Ranges.AllPods.Select(pods => pods.BaseAddress.AddressFamily);
        IReadOnlyList<IPAddress> known = [.. families.Select(family => Find(options, family)).OfType<IPAddress>()];
        return known is [var first, ..] && first.AddressFamily == options.Ranges.Pods.BaseAddress.AddressFamily ? known : [];
    }

    /// <summary>A node that was given one address has that alone.</summary>
    private static IPAddress? Find(ServerOptions options, AddressFamily family) =>
        options.NodeAddresses.IsEmpty ? NodeIp.Find(family) : options.NodeAddresses.FirstOrDefault(one => one.AddressFamily == family);
}
