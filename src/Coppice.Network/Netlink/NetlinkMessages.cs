using System.Runtime.InteropServices;

namespace Coppice.Network.Netlink;

/// <summary>One message of the kernel.</summary>
/// <param name="sender">The port of who caused it; 0 for the kernel itself.</param>
internal readonly ref struct NetlinkMessage(int type, uint sender, ReadOnlySpan<byte> body)
{
    public int Type { get; } = type;

    public uint Sender { get; } = sender;

    /// <summary>What follows the header of all messages.</summary>
    public ReadOnlySpan<byte> Body { get; } = body;
}

/// <summary>Walks through the messages of one datagram. What is cut off is left out.</summary>
internal ref struct NetlinkMessages(ReadOnlySpan<byte> datagram)
{
    public const int HeaderLength = 16;

    private ReadOnlySpan<byte> _rest = datagram;

    public NetlinkMessage Current { get; private set; }

    public readonly NetlinkMessages GetEnumerator() => this;

    public bool MoveNext()
    {
        if (_rest.Length < HeaderLength)
        {
            return false;
        }

        // Netlink speaks the machine's own byte order.
        var length = MemoryMarshal.Read<int>(_rest);
        if (length < HeaderLength || length > _rest.Length)
        {
            return false;
        }

        Current = new NetlinkMessage(MemoryMarshal.Read<ushort>(_rest[4..]), MemoryMarshal.Read<uint>(_rest[12..]), _rest[HeaderLength..length]);
        _rest = _rest[Math.Min((length + 3) & ~3, _rest.Length)..];
        return true;
    }
}

/// <summary>Finds one attribute in the part of a message that has attributes.</summary>
internal static class NetlinkAttributes
{
    private const int HeaderLength = 4;
    private const int TypeMask = 0x3FFF;

    /// <summary>Empty if there is none.</summary>
    public static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> attributes, int type)
    {
        while (attributes.Length >= HeaderLength)
        {
            int length = MemoryMarshal.Read<ushort>(attributes);
            if (length < HeaderLength || length > attributes.Length)
            {
                return [];
            }

            if ((MemoryMarshal.Read<ushort>(attributes[2..]) & TypeMask) == type)
            {
                return attributes[HeaderLength..length];
            }

            attributes = attributes[Math.Min((length + 3) & ~3, attributes.Length)..];
        }

        return [];
    }
}
