using System.ComponentModel;
using System.Net;
using System.Runtime.InteropServices;
using Coppice.Network.Netlink;

namespace Coppice.Network.PodNetwork;

/// <summary>
/// An address of the machine's own on its loopback device. A machine without any network has no other that its pods could reach it by:
/// what they send to 127.0.0.1 stays with them.
/// </summary>
public static class LoopbackAddress
{
    private const int ProtocolRoute = 0;
    private const int NewAddress = 20;
    private const int DeleteAddress = 21;
    private const int Create = 0x400;
    private const int Replace = 0x100;
    private const int NotThere = 99;

    // struct ifaddrmsg, and one attribute with the address (IFA_LOCAL). The loopback device is the first of every namespace.
    private const byte FamilyInternet = 2;
    private const byte FamilyInternetV6 = 10;
    private const int Loopback = 1;
    private const ushort Local = 2;

    /// <summary>That it is there already is fine.</summary>
    /// <exception cref="IOException">The kernel refused.</exception>
    public static void Add(IPAddress address) => Change(NewAddress, Create | Replace, address);

    /// <summary>That it is not there is fine.</summary>
    /// <exception cref="IOException">The kernel refused.</exception>
    public static void Remove(IPAddress address) => Change(DeleteAddress, 0, address);

    private static void Change(int type, int flags, IPAddress address)
    {
        var bytes = address.GetAddressBytes();
        byte[] body = [bytes.Length == 4 ? FamilyInternet : FamilyInternetV6, (byte)(bytes.Length * 8), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, .. bytes];
        MemoryMarshal.Write(body.AsSpan(4), Loopback);
        MemoryMarshal.Write(body.AsSpan(8), (ushort)(4 + bytes.Length));
        MemoryMarshal.Write(body.AsSpan(10), Local);

        using var socket = NetlinkSocket.Open(ProtocolRoute);
        if (socket.Ask(type, flags, body) is not (0 or NotThere) and var error)
        {
            throw new IOException($"The loopback device's address {address} could not be changed: {new Win32Exception(error).Message}");
        }
    }
}
