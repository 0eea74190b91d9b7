using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Coppice.Network.Nftables;

namespace Coppice.Network.NodeRoutes;

/// <summary>Messages of the kernel's rtnetlink, each with its type and flags; see linux/rtnetlink.h, if_link.h and neighbour.h.</summary>
internal static class RouteMessages
{
    /// <summary>NETLINK_ROUTE.</summary>
    public const int Protocol = 0;

    /// <summary>Bytes that VXLAN adds to a packet (50, or 70 where nodes are known by IPv6), taken from what an Ethernet link carries.</summary>
    private const int TunnelMtu = 1450;
    private const int TunnelMtuV6 = 1430;

    // The number of our network within VXLAN.
    private const int TunnelId = 0xC0;

    private const int CreateOrReplace = 0x400 | 0x100;
    private const int Create = 0x400;

    private const byte Internet = 2;
    private const byte InternetV6 = 10;
    private const byte Bridge = 7;
    private const ushort Permanent = 0x80;
    private const byte OnDeviceItself = 0x02;
    private const byte UndoubtedAddress = 0x02;
    private const byte MainTable = 254;
    private const byte Static = 4;
    private const byte Unicast = 1;
    private const uint OnLink = 4;
    private const uint Up = 1;

    /// <param name="device">Null for whichever leads to the gateway.</param>
    public static (int Type, int Flags, byte[] Body) Route(IPNetwork range, IPAddress gateway, int? device)
    {
        var body = RouteHeader(range, device is null ? 0 : OnLink);
        Add(body, 1, range.BaseAddress.GetAddressBytes());
        Add(body, 5, gateway.GetAddressBytes());
        if (device is { } index)
        {
            Add(body, 4, Bytes(index));
        }

        return (24, CreateOrReplace, [.. body]);
    }

    public static (int Type, int Flags, byte[] Body) NoRoute(IPNetwork range)
    {
        var body = RouteHeader(range, 0);
        Add(body, 1, range.BaseAddress.GetAddressBytes());
        return (25, 0, [.. body]);
    }

    /// <summary>A device that wraps what is sent over it and sends it to who has the packet's link address.</summary>
    public static (int Type, int Flags, byte[] Body) Tunnel(string name, IPAddress own)
    {
        var data = new List<byte>();
        Add(data, 1, Bytes(TunnelId));
        Add(data, IsV6(own) ? (ushort)17 : (ushort)4, own.GetAddressBytes());
        // Who is where is told, not learned.
        Add(data, 7, [0]);
        var port = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(port, OtherNodes.TunnelPort);
        Add(data, 15, port);

        var info = new List<byte>();
        Add(info, 1, Encoding.ASCII.GetBytes("vxlan\0"));
        Add(info, 2, [.. data]);

        var body = LinkHeader(0, Up);
        Add(body, 3, Encoding.ASCII.GetBytes(name + "\0"));
        Add(body, 1, LinkAddress(own));
        Add(body, 4, Bytes(IsV6(own) ? TunnelMtuV6 : TunnelMtu));
        Add(body, 18, [.. info]);
        return (16, Create, [.. body]);
    }

    /// <summary>Sets a device up; it may be so already.</summary>
    public static (int Type, int Flags, byte[] Body) Raise(int device) => (16, 0, [.. LinkHeader(device, Up)]);

    public static (int Type, int Flags, byte[] Body) NoLink(int device) => (17, 0, [.. LinkHeader(device, 0)]);

    public static (int Type, int Flags, byte[] Body) Address(int device, IPAddress address)
    {
        // Nobody else has it: the kernel need not ask before it is used.
        List<byte> body = [FamilyOf(address), (byte)(address.GetAddressBytes().Length * 8), IsV6(address) ? UndoubtedAddress : (byte)0, 0, .. Bytes(device)];
        Add(body, 2, address.GetAddressBytes());
        return (20, CreateOrReplace, [.. body]);
    }

    /// <summary>Which link address an address has.</summary>
    public static (int Type, int Flags, byte[] Body) Neighbour(int device, IPAddress address, byte[] link) =>
        NeighbourOf(FamilyOf(address), device, 0, address, link);

    /// <summary>At which machine a link address is.</summary>
    public static (int Type, int Flags, byte[] Body) Forward(int device, IPAddress machine, byte[] link) =>
        NeighbourOf(Bridge, device, OnDeviceItself, machine, link);

    /// <summary>A link address of nobody's making, which follows from the node's own: nobody has to tell it.</summary>
    public static byte[] LinkAddress(IPAddress node) => [0x0E, 0xC0, .. IsV6(node) ? SHA256.HashData(node.GetAddressBytes()).AsSpan(0, 4) : node.GetAddressBytes()];

    private static bool IsV6(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6;

    private static byte FamilyOf(IPAddress address) => IsV6(address) ? InternetV6 : Internet;

    private static (int Type, int Flags, byte[] Body) NeighbourOf(byte family, int device, byte flags, IPAddress address, byte[] link)
    {
        List<byte> body = [family, 0, 0, 0, .. Bytes(device), .. Bytes(Permanent), flags, 0];
        Add(body, 1, address.GetAddressBytes());
        Add(body, 2, link);
        return (28, CreateOrReplace, [.. body]);
    }

    private static List<byte> RouteHeader(IPNetwork range, uint flags) =>
        [FamilyOf(range.BaseAddress), (byte)range.PrefixLength, 0, 0, MainTable, Static, 0, Unicast, .. Bytes(flags)];

    private static List<byte> LinkHeader(int device, uint flags) => [0, 0, 0, 0, .. Bytes(device), .. Bytes(flags), .. Bytes(flags)];

    // An attribute: its length with this header, its type, its value, and nothing up to the next multiple of four.
    private static void Add(List<byte> body, ushort type, byte[] value)
    {
        body.AddRange(Bytes((ushort)(value.Length + 4)));
        body.AddRange(Bytes(type));
        body.AddRange(value);
        body.AddRange(new byte[-value.Length & 3]);
    }

    private static byte[] Bytes<T>(T value) where T : unmanaged => MemoryMarshal.AsBytes(MemoryMarshal.CreateReadOnlySpan(ref value, 1)).ToArray();
}
