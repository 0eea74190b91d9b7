using System.Buffers.Binary;

namespace Coppice.Streaming.Spdy;

internal enum FrameType : ushort
{
    SynStream = 1,
    SynReply = 2,
    RstStream = 3,
    Settings = 4,
    Ping = 6,
    GoAway = 7,
    Headers = 8,
    WindowUpdate = 9,
}

/// <summary>
/// The eight bytes before every frame's payload.
/// <code>
/// control: 1 | version (15) | type (16)    data: 0 | stream (31)
///          flags (8) | length (24)               flags (8) | length (24)
/// </code>
/// </summary>
/// <param name="Type">Null for a data frame.</param>
/// <param name="StreamId">Only of a data frame.</param>
/// <param name="Length">Of the payload, in bytes.</param>
internal readonly record struct FrameHeader(FrameType? Type, int StreamId, byte Flags, int Length)
{
    public const int Size = 8;
    public const byte Fin = 1;
    private const ushort Version = 3;
    private const uint ControlBit = 0x8000_0000;

    public bool IsLast => (Flags & Fin) != 0;

    public static FrameHeader Read(ReadOnlySpan<byte> bytes)
    {
        var first = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        var second = BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]);
        var flags = (byte)(second >> 24);
        var length = (int)(second & 0xFF_FFFF);
        if ((first & ControlBit) == 0)
        {
            return new FrameHeader(null, (int)first, flags, length);
        }

        var version = (first & ~ControlBit) >> 16;
        if (version != Version)
        {
            throw new SpdyProtocolException($"a frame of version {version}; only version {Version} is spoken here");
        }

        return new FrameHeader((FrameType)(ushort)first, 0, flags, length);
    }

    public void Write(Span<byte> bytes)
    {
        var first = Type is { } type ? ControlBit | (uint)Version << 16 | (ushort)type : (uint)StreamId;
        BinaryPrimitives.WriteUInt32BigEndian(bytes, first);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[4..], (uint)Flags << 24 | (uint)Length);
    }
}
