using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Coppice.Network.PodNetwork;

/// <summary>Finds the address under which this node is known to others.</summary>
public static class NodeIp
{
    /// <summary>
    /// The address of a family of the device that its default route leaves by; else the first address of a device that is up; null for a
    /// machine without a network of that family.
    /// </summary>
    public static IPAddress? Find(AddressFamily family)
    {
        var devices = NetworkInterface.GetAllNetworkInterfaces();
        var route = family == AddressFamily.InterNetwork
            ? File.Exists("/proc/net/route") ? DefaultRouteDevice(File.ReadAllLines("/proc/net/route")) : null
            : File.Exists("/proc/net/ipv6_route") ? DefaultRouteDeviceV6(File.ReadAllLines("/proc/net/ipv6_route")) : null;
        return devices.Where(d => d.Name == route).SelectMany(AddressesOf).FirstOrDefault()
            ?? devices.Where(d => d.OperationalStatus == OperationalStatus.Up && !IsOurs(d)).SelectMany(AddressesOf).FirstOrDefault();

        IEnumerable<IPAddress> AddressesOf(NetworkInterface device) => Addresses(device).Where(one => one.AddressFamily == family);
    }

    /// <summary>The networks that the machine is in, but for those of our own devices.</summary>
    public static IEnumerable<IPNetwork> Networks() => NetworkInterface.GetAllNetworkInterfaces()
        .Where(device => device.OperationalStatus == OperationalStatus.Up && !IsOurs(device))
        .SelectMany(device => device.GetIPProperties().UnicastAddresses)
        .Where(one => IsOthers(one.Address))
        .Select(one => new IPNetwork(one.Address, one.PrefixLength));

    /// <summary>From the kernel's routing table as text: the device of the default route with the lowest metric.</summary>
    internal static string? DefaultRouteDevice(IEnumerable<string> routes) => routes
        .Skip(1)
        .Select(line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        .Where(fields => fields.Length > 7 && fields[1] == "00000000" && fields[7] == "00000000")
        .OrderBy(fields => int.TryParse(fields[6], out var metric) ? metric : int.MaxValue)
        .Select(fields => fields[0])
        .FirstOrDefault();

    /// <summary>The same of IPv6, whose table has other fields, and routes that refuse packets.</summary>
    internal static string? DefaultRouteDeviceV6(IEnumerable<string> routes) => routes
        .Select(line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        .Where(fields => fields.Length > 9 && fields[0].All(digit => digit == '0') && fields[1] == "00" && fields[9] != "lo")
        .OrderBy(fields => uint.TryParse(fields[5], System.Globalization.NumberStyles.HexNumber, null, out var metric) ? metric : uint.MaxValue)
        .Select(fields => fields[9])
        .FirstOrDefault();

    // The host's ends of pod links, and the loopback device of a machine without a network, carry the pods' gateway address, which
    // nobody else knows.
    private static bool IsOurs(NetworkInterface device) =>
        device.NetworkInterfaceType == NetworkInterfaceType.Loopback || device.Name.StartsWith("veth", StringComparison.Ordinal);

    private static IEnumerable<IPAddress> Addresses(NetworkInterface device) => device.GetIPProperties().UnicastAddresses
        .Select(one => one.Address)
        .Where(IsOthers);

    // Others can reach it by that.
    private static bool IsOthers(IPAddress address) => !IPAddress.IsLoopback(address) && !address.IsIPv6LinkLocal && !address.IsIPv6Multicast;
}
