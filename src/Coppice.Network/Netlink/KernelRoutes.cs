using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Coppice.Network.Netlink;

/// <param name="Gateway">Null for what is on a link.</param>
internal readonly record struct KernelRoute(IPNetwork Range, IPAddress? Gateway);

/// <summary>The kernel's routes, as it prints them for the namespace of the calling thread.</summary>
internal static class KernelRoutes
{
    private const string V4 = "/proc/thread-self/net/route";
    private const string V6 = "/proc/thread-self/net/ipv6_route";

    // Of a route of IPv6 that refuses packets, or is to the machine itself (linux/ipv6_route.h, route.h).
    private const uint Refuses = 0x0200;
    private const uint Local = 0x80000000;

    /// <summary>None of a family that the kernel does not have.</summary>
    public static IEnumerable<KernelRoute> Read(AddressFamily family) =>
        family == AddressFamily.InterNetwork ? Parse(File.ReadAllLines(V4)) : File.Exists(V6) ? ParseV6(File.ReadAllLines(V6)) : [];

    /// <summary>From the table of IPv4 as text, which has a line of titles.</summary>
    public static IEnumerable<KernelRoute> Parse(IEnumerable<string> lines) => lines
        .Skip(1)
        .Select(Words)
        .Where(fields => fields.Length > 7)
        .Select(fields => new KernelRoute(new IPNetwork(new IPAddress(Number(fields[1])), int.PopCount((int)Number(fields[7]))), OrNone(new IPAddress(Number(fields[2])))));

    /// <summary>From the table of IPv6 as text.</summary>
    public static IEnumerable<KernelRoute> ParseV6(IEnumerable<string> lines) => lines
        .Select(Words)
        .Where(fields => fields.Length > 9 && (Number(fields[8]) & (Refuses | Local)) == 0)
        .Select(fields => new KernelRoute(new IPNetwork(Address(fields[0]), (int)Number(fields[1])), OrNone(Address(fields[4]))));

    private static string[] Words(string line) => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    private static IPAddress? OrNone(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) ? null : address;

    // The bytes as they are sent; those of IPv4 are printed as one number of the machine's own order.
    private static IPAddress Address(string hex) => new(Convert.FromHexString(hex));

    private static uint Number(string hex) => uint.Parse(hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
