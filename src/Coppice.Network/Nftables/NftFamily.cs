using System.Net;
using System.Net.Sockets;

namespace Coppice.Network.Nftables;

/// <summary>The words of nft's language that differ between the two families of addresses. Each has a table of its own.</summary>
public sealed record NftFamily
{
    public static readonly NftFamily V4 = new() { Word = "ip", AddressType = "ipv4_addr", Icmp = "icmp", Of = AddressFamily.InterNetwork, Loopback = IPNetwork.Parse("127.0.0.0/8") };

    public static readonly NftFamily V6 = new() { Word = "ip6", AddressType = "ipv6_addr", Icmp = "icmpv6", Of = AddressFamily.InterNetworkV6, Loopback = IPNetwork.Parse("::1/128") };

    private NftFamily()
    {
    }

    /// <summary>Of its tables, and of the fields of its packets.</summary>
    public required string Word { get; init; }

    /// <summary>The type of its addresses in sets.</summary>
    public required string AddressType { get; init; }

    /// <summary>How its ICMP is called.</summary>
    public required string Icmp { get; init; }

    /// <summary>Whose addresses they are.</summary>
    public required AddressFamily Of { get; init; }

    /// <summary>Where a machine is itself, and nobody else is.</summary>
    public required IPNetwork Loopback { get; init; }

    public static IReadOnlyList<NftFamily> All { get; } = [V4, V6];

    public static NftFamily For(IPNetwork range) => range.BaseAddress.AddressFamily == AddressFamily.InterNetworkV6 ? V6 : V4;

    /// <summary>Bits of an address.</summary>
    public int Length => Of == AddressFamily.InterNetworkV6 ? 128 : 32;

    /// <summary>Whether an address is of it.</summary>
    public bool Has(IPAddress address) => address.AddressFamily == Of;

    public override string ToString() => Word;
}
