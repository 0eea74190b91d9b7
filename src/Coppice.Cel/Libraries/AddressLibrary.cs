using System.Net;
using Coppice.Cel.Types;
using Coppice.Cel.Values;
using static Coppice.Cel.Types.Overload;

namespace Coppice.Cel.Libraries;

/// <summary>IP addresses and their ranges.</summary>
internal static class AddressLibrary
{
    private static readonly CelType Address = CelType.Opaque(AddressValue.TypeText);
    private static readonly CelType Range = CelType.Opaque(RangeValue.TypeText);

    public static IEnumerable<Overload> Overloads =>
    [
        Global("ip", "string_to_ip", [CelType.String], Address, a => AddressValue.TryRead(Text(a[0]), out var ip, out var error) ? ip : new ErrorValue(error)),
        Global("isIP", "is_ip", [CelType.String], CelType.Bool, a => BoolValue.Of(AddressValue.TryRead(Text(a[0]), out _, out _))),
        Global("ip.isCanonical", "ip_is_canonical", [CelType.String], CelType.Bool,
            a => AddressValue.TryRead(Text(a[0]), out var ip, out var error) ? BoolValue.Of(ip.Address.ToString() == Text(a[0])) : new ErrorValue(error)),
        Global("string", "ip_to_string", [Address], CelType.String, a => new StringValue(((AddressValue)a[0]).Address.ToString())),
        Member("family", "ip_family", [Address], CelType.Int, a => IntValue.Of(((AddressValue)a[0]).IsV4 ? 4 : 6)),
        Is("isUnspecified", "ip_is_unspecified", ip => ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any)),
        Is("isLoopback", "ip_is_loopback", IPAddress.IsLoopback),
        Is("isLinkLocalMulticast", "ip_is_link_local_multicast", ip => ip.GetAddressBytes() is [224, 0, 0, _] or [0xFF, 0x02, ..]),
        Is("isLinkLocalUnicast", "ip_is_link_local_unicast", ip => ip.GetAddressBytes() is [169, 254, _, _] || ip.IsIPv6LinkLocal),
        Is("isGlobalUnicast", "ip_is_global_unicast", IsGlobalUnicast),
        Global("cidr", "string_to_cidr", [CelType.String], Range, a => RangeValue.TryRead(Text(a[0]), out var range, out var error) ? range : new ErrorValue(error)),
        Global("isCIDR", "is_cidr", [CelType.String], CelType.Bool, a => BoolValue.Of(RangeValue.TryRead(Text(a[0]), out _, out _))),
        Global("string", "cidr_to_string", [Range], CelType.String, a => new StringValue(((RangeValue)a[0]).ToString())),
        Member("containsIP", "cidr_contains_ip_ip", [Range, Address], CelType.Bool, a => BoolValue.Of(((RangeValue)a[0]).Contains((AddressValue)a[1]))),
        Member("containsIP", "cidr_contains_ip_string", [Range, CelType.String], CelType.Bool,
            a => AddressValue.TryRead(Text(a[1]), out var ip, out var error) ? BoolValue.Of(((RangeValue)a[0]).Contains(ip)) : new ErrorValue(error)),
        Member("containsCIDR", "cidr_contains_cidr", [Range, Range], CelType.Bool, a => BoolValue.Of(((RangeValue)a[0]).Contains((RangeValue)a[1]))),
        Member("containsCIDR", "cidr_contains_cidr_string", [Range, CelType.String], CelType.Bool,
            a => RangeValue.TryRead(Text(a[1]), out var range, out var error) ? BoolValue.Of(((RangeValue)a[0]).Contains(range)) : new ErrorValue(error)),
        Member("ip", "cidr_ip", [Range], Address, a => ((RangeValue)a[0]).Address),
        Member("masked", "cidr_masked", [Range], Range, a => ((RangeValue)a[0]).Masked),
        Member("prefixLength", "cidr_prefix_length", [Range], CelType.Int, a => IntValue.Of(((RangeValue)a[0]).Length)),
    ];

    private static string Text(CelValue value) => ((StringValue)value).Value;

    private static Overload Is(string function, string id, Func<IPAddress, bool> holds) =>
        Member(function, id, [Address], CelType.Bool, a => BoolValue.Of(holds(((AddressValue)a[0]).Address)));

    private static bool IsGlobalUnicast(IPAddress ip) =>
        !ip.Equals(IPAddress.Any) && !ip.Equals(IPAddress.IPv6Any) && !ip.Equals(IPAddress.Broadcast) && !IPAddress.IsLoopback(ip)
        && !ip.IsIPv6Multicast && !ip.IsIPv6LinkLocal && ip.GetAddressBytes() is not ([>= 224 and < 240, _, _, _] or [169, 254, _, _]);
}
