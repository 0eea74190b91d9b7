using System.Buffers.Binary;

namespace Coppice.Node.Probes;

/// <summary>What a server says that refuses a TLS connection (RFC 8446, 6), in Go's words.</summary>
internal static class TlsAlert
{
    private const byte Record = 21;
    private const int LengthAt = 3;
    private const int DescriptionAt = 6;
    private const int DescribedBytes = 2;

    /// <summary>Null where the first that was heard is no alert.</summary>
    public static string? In(ReadOnlySpan<byte> heard) =>
        heard.Length > DescriptionAt && heard[0] == Record && BinaryPrimitives.ReadUInt16BigEndian(heard[LengthAt..]) == DescribedBytes
            ? $"remote error: tls: {Describe(heard[DescriptionAt])}"
            : null;

    private static string Describe(byte alert) => alert switch
    {
        0 => "close notify",
        10 => "unexpected message",
        40 => "handshake failure",
        42 => "bad certificate",
        43 => "unsupported certificate",
        44 => "revoked certificate",
        45 => "expired certificate",
        46 => "unknown certificate",
        47 => "illegal parameter",
        48 => "unknown certificate authority",
        49 => "access denied",
        50 => "error decoding message",
        51 => "error decrypting message",
        70 => "protocol version not supported",
        71 => "insufficient security level",
        80 => "internal error",
        90 => "user canceled",
        109 => "missing extension",
        112 => "unrecognized name",
        116 => "certificate required",
        120 => "no application protocol",
        _ => $"alert({alert})",
    };
}
