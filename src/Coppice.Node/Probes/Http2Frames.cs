using System.Buffers.Binary;

namespace Coppice.Node.Probes;

/// <summary>What is told on a connection of HTTP/2 beside answers, by the frames that it begins with.</summary>
internal static class Http2Frames
{
    // A frame begins with three bytes of its length, its type, its flags, and four bytes of its stream.
    private const int TypeAt = 3;
    private const int HeaderBytes = 9;
    private const byte ResetFrame = 3, SettingsFrame = 4;

    /// <summary>Whether who answers speaks HTTP/2: such a server says its settings before anything else.</summary>
    public static bool AreHttp2(ReadOnlySpan<byte> heard) => heard.Length > TypeAt && heard[TypeAt] == SettingsFrame;

    /// <summary>The error code of RST_STREAM, with which a call has been ended; null if none was.</summary>
    public static uint? ResetIn(ReadOnlySpan<byte> heard)
    {
        while (heard.Length >= HeaderBytes)
        {
            var length = (heard[0] << 16) | (heard[1] << 8) | heard[2];
            if (heard[TypeAt] == ResetFrame && heard.Length >= HeaderBytes + sizeof(uint))
            {
                return BinaryPrimitives.ReadUInt32BigEndian(heard[HeaderBytes..]);
            }

            heard = heard[Math.Min(heard.Length, HeaderBytes + length)..];
        }

        return null;
    }
}
