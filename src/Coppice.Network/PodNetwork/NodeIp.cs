using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Coppice.Network.PodNetwork;

/// <summary>Finds the address under which this node is known to others.</summary>
public static class NodeIp
{
    /// <summary>
    /// The IPv4 address of the device that the default route leaves by; else the first address of a device that is up; null for a
    /// machine without a network.
    /// </summary>
    public static IPAddress? Find()
    {
        var devices = NetworkInterface.GetAllNetworkInterfaces();
        var route = File.Exists("/proc/net/route") ? DefaultRouteDevice(File.ReadAllLines("/proc/net/route")) : null;
        return devices.Where(d => d.Name == route).SelectMany(Addresses).FirstOrDefault()
            ?? devices.Where(d => d.OperationalStatus == OperationalStatus.Up && !IsOurs(d)).SelectMany(Addresses).FirstOrDefault();
    }

    /// <summary>The IPv4 networks that the machine is in, but for those of our own devices.</summary>
    public static IEnumerable<IPNetwork> Networks() => NetworkInterface.GetAllNetworkInterfaces()
        .Where(device => device.OperationalStatus == OperationalStatus.Up && !IsOurs(device))
        .SelectMany(device => device.GetIPProperties().UnicastAddresses)
        .Where(one => one.Address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(one.Address))
        .Select(one => new IPNetwork(Base(one.Address, one.IPv4Mask), one.PrefixLength));

    /// <summary>From the kernel's routing table as text: the device of the default route with the lowest metric.</summary>
    internal static string? DefaultRouteDevice(IEnumerable<string> routes) => routes
        .Skip(1)
        .Select(line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        .Where(fields => fields.Length > 7 && fields[1] == "00000000" && fields[7] == "00000000")
        .OrderBy(fields => int.TryParse(fields[6], out var metric) ? metric : int.MaxValue)
        .Select(fields => fields[0])
        .FirstOrDefault();

    // The host's ends of pod links, and the loopback device of a machine without a network, carry the pods' gateway address, which
    // nobody else knows.
    private static bool IsOurs(NetworkInterface device) =>
        device.NetworkInterfaceType == NetworkInterfaceType.Loopback || device.Name.StartsWith("veth", StringComparison.Ordinal);

    private static IPAddress Base(IPAddress address, IPAddress mask) =>
        new([.. address.GetAddressBytes().Zip(mask.GetAddressBytes(), (a, m) => (byte)(a & m))]);

    private static IEnumerable<IPAddress> Addresses(NetworkInterface device) => device.GetIPProperties().UnicastAddresses
        .Select(a => a.Address)
        .Where(a => a.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(a));
}
