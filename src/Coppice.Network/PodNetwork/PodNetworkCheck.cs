using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Coppice.Network.Netlink;
using Coppice.Network.Netns;

namespace Coppice.Network.PodNetwork;

/// <summary>The network that a pod was given.</summary>
/// <param name="Namespace">The file of its network namespace.</param>
/// <param name="Addresses">One of each family.</param>
public sealed record PodLink(string PodUid, string SandboxId, string Namespace, IReadOnlyList<IPAddress> Addresses);

/// <summary>Sees what pods' networks lack. On a thread of its own, which goes into their namespaces and comes back.</summary>
internal static partial class PodNetworkCheck
{
    private const string Addresses = "/proc/thread-self/net/fib_trie";
    private const string AddressesV6 = "/proc/thread-self/net/if_inet6";
    // What the runtime calls it in every pod.
    private const string Device = "eth0";

    // ioctl with a struct ifreq: the name, and after it the flags, or where ethtool's question is.
    private const nuint GetInterfaceFlags = 0x8913;
    private const nuint AskEthtool = 0x8946;
    private const int InterfaceRequestLength = 40;
    private const int InterfaceDataAt = 16;
    private const int Up = 0x1;
    private const uint EthtoolGetLink = 0xa;

    private const long NamespaceFileSystem = 0x6e736673;

    // struct statfs is 120 bytes long, and begins with the kind of the file system.
    private const int StatLength = 256;

    /// <param name="isDeep">Looks into the namespaces too, and not only whether they are there.</param>
    /// <returns>Those that are not as they should be, each with what is missing.</returns>
    public static IReadOnlyList<(PodLink Link, string Missing)> Find(IReadOnlyList<PodLink> links, bool isDeep)
    {
        var found = new List<(PodLink, string)>();
        var ways = isDeep ? links.SelectMany(link => link.Addresses).Select(address => address.AddressFamily).Distinct().SelectMany(KernelRoutes.Read).Select(route => route.Range).ToHashSet() : [];
        foreach (var link in links)
        {
            var missing = !IsNamespace(link.Namespace) ? "its network namespace is gone"
                : !isDeep ? null
                : !link.Addresses.All(address => ways.Contains(new(address, address.GetAddressBytes().Length * 8))) ? "the node has no way to it"
                : MissingInside(link);
            if (missing is not null)
            {
                found.Add((link, missing));
            }
        }

        return found;
    }

    private static string? MissingInside(PodLink link)
    {
        try
        {
            return NamespaceThread.Visit(link.Namespace, () =>
                !IsUp(Device) ? "its link is gone or down"
                : link.Addresses.Where(address => !HasAddress(address)).Select(address => $"it has lost its address {address}").FirstOrDefault()
                    // Pods may replace their default route by its two halves.
                    ?? (link.Addresses.All(address => KernelRoutes.Read(address.AddressFamily).Any(way => way.Range.PrefixLength <= 1)) ? null : "it has lost its way out"));
        }
        catch (IOException)
        {
            return "its network namespace is gone";
        }
    }

    private static bool HasAddress(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetworkV6 ? HasAddressV6(File.ReadLines(AddressesV6), address) : HasAddress(File.ReadLines(Addresses), address);

    /// <summary>From the kernel's list of addresses of IPv6 as text: a line begins with one.</summary>
    internal static bool HasAddressV6(IEnumerable<string> list, IPAddress address) =>
        Convert.ToHexStringLower(address.GetAddressBytes()) is var wanted && list.Any(line => line.StartsWith(wanted, StringComparison.Ordinal));

    /// <summary>From the kernel's tree of addresses as text: a line with the address, and below it what it is.</summary>
    internal static bool HasAddress(IEnumerable<string> tree, IPAddress address)
    {
        var (wanted, isNext) = ($"|-- {address}", false);
        foreach (var line in tree)
        {
            if (isNext && line.Contains("host LOCAL", StringComparison.Ordinal))
            {
                return true;
            }

            isNext = line.EndsWith(wanted, StringComparison.Ordinal);
        }

        return false;
    }

    /// <summary>Up, and so is its other end, which the flags tell only some time after it came up.</summary>
    private static unsafe bool IsUp(string device)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        Span<byte> request = stackalloc byte[InterfaceRequestLength];
        request.Clear();
        Encoding.ASCII.GetBytes(device, request);
        if (Control(socket.SafeHandle, GetInterfaceFlags, request) != 0 || (request[InterfaceDataAt] & Up) == 0)
        {
            return false;
        }

        var link = stackalloc uint[] { EthtoolGetLink, 0 };
        BinaryPrimitives.WriteInt64LittleEndian(request[InterfaceDataAt..], (nint)link);
        return Control(socket.SafeHandle, AskEthtool, request) == 0 && link[1] != 0;
    }

    private static bool IsNamespace(string path)
    {
        Span<byte> stat = stackalloc byte[StatLength];
        return StatFileSystem(path, stat) == 0 && BinaryPrimitives.ReadInt64LittleEndian(stat) == NamespaceFileSystem;
    }

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static partial int Control(SafeSocketHandle socket, nuint request, Span<byte> argument);

    [LibraryImport("libc", EntryPoint = "statfs", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatFileSystem(string path, Span<byte> stat);
}
