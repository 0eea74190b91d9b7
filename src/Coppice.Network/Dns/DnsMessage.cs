using System.Buffers.Binary;
using System.Text;

namespace Coppice.Network.Dns;

public enum DnsType : ushort
{
    A = 1,
    Ns = 2,
    Cname = 5,
    Soa = 6,
    Ptr = 12,
    Txt = 16,
    Aaaa = 28,
    Srv = 33,
    Opt = 41,
    Any = 255,
}

public enum DnsCode
{
    Ok = 0,
    FormatError = 1,
    ServerFailure = 2,
    NameError = 3,
    NotImplemented = 4,
    Refused = 5,
}

/// <summary>A question as it came from the wire (RFC 1035 section 4, RFC 6891 for the size).</summary>
/// <param name="Name">In lower case, without the final dot; the root is empty.</param>
/// <param name="Question">The question section's bytes, which the answer repeats letter by letter (some clients check the case).</param>
/// <param name="Edns">The client speaks EDNS; <paramref name="UdpSize"/> is what it takes by UDP.</param>
public sealed record DnsQuery(
    ushort Id, int Opcode, bool RecursionDesired, string Name, DnsType Type, ushort Class, byte[] Question, bool Edns, int UdpSize)
{
    private const int HeaderLength = 12;
    private const int LongestName = 253;

    /// <summary>What EDNS may raise the answer's size to by UDP: what passes every usual link unbroken.</summary>
    public const int LargestUdp = 1232;

    public const int PlainUdp = 512;

    /// <summary>Reads a message; null if it is no question that could be answered at all (too short, or an answer itself).</summary>
    /// <param name="fault">With null: the identifier to answer a format error to, or null to stay silent.</param>
    public static DnsQuery? Parse(ReadOnlySpan<byte> message, out ushort? fault)
    {
        fault = null;
        if (message.Length < HeaderLength)
        {
            return null;
        }

        var id = BinaryPrimitives.ReadUInt16BigEndian(message);
        var flags = BinaryPrimitives.ReadUInt16BigEndian(message[2..]);
        if ((flags & 0x8000) != 0)
        {
            return null;
        }

        fault = id;
        if (BinaryPrimitives.ReadUInt16BigEndian(message[4..]) != 1)
        {
            return null;
        }

        var position = HeaderLength;
        if (ReadName(message, ref position) is not { } name || message.Length < position + 4)
        {
            return null;
        }

        var type = (DnsType)BinaryPrimitives.ReadUInt16BigEndian(message[position..]);
        var @class = BinaryPrimitives.ReadUInt16BigEndian(message[(position + 2)..]);
        position += 4;
        var question = message[HeaderLength..position].ToArray();
        var udpSize = FindEdns(message, position);
        fault = null;
        return new DnsQuery(
            id, (flags >> 11) & 15, (flags & 0x100) != 0, name, type, @class, question, udpSize is not null,
            Math.Clamp(udpSize ?? PlainUdp, PlainUdp, LargestUdp));
    }

    /// <summary>The size in the OPT record of the additional section; null without one or if the rest cannot be read.</summary>
    private static int? FindEdns(ReadOnlySpan<byte> message, int position)
    {
        var records = BinaryPrimitives.ReadUInt16BigEndian(message[6..])
            + BinaryPrimitives.ReadUInt16BigEndian(message[8..])
            + BinaryPrimitives.ReadUInt16BigEndian(message[10..]);
        for (; records > 0; records--)
        {
            if (ReadName(message, ref position) is not { } name || message.Length < position + 10)
            {
                return null;
            }

            var type = (DnsType)BinaryPrimitives.ReadUInt16BigEndian(message[position..]);
            if (type == DnsType.Opt && name.Length == 0)
            {
                return BinaryPrimitives.ReadUInt16BigEndian(message[(position + 2)..]);
            }

            position += 10 + BinaryPrimitives.ReadUInt16BigEndian(message[(position + 8)..]);
            if (position > message.Length)
            {
                return null;
            }
        }

        return null;
    }

    /// <summary>Reads an uncompressed name (a question has nothing before it to point to). Null if it breaks the rules.</summary>
    private static string? ReadName(ReadOnlySpan<byte> message, ref int position)
    {
        var name = new StringBuilder();
        while (true)
        {
            if (position >= message.Length)
            {
                return null;
            }

            int length = message[position++];
            if (length == 0)
            {
                return name.ToString();
            }

            if (length > 63 || position + length > message.Length || name.Length + length > LongestName)
            {
                return null;
            }

            if (name.Length > 0)
            {
                name.Append('.');
            }

            foreach (var b in message.Slice(position, length))
            {
                // A dot inside a label would be read as two labels: no name of ours has one, and none is forwarded as text.
                if (b == '.')
                {
                    return null;
                }

                name.Append((char)(b is >= (byte)'A' and <= (byte)'Z' ? b + 32 : b));
            }

            position += length;
        }
    }
}
