namespace Coppice.Client;

/// <summary>Identifiers that are nobody else's.</summary>
public static class Uuids
{
    /// <summary>A random (version 4) one.</summary>
    public static string Next(Random random)
    {
        Span<byte> bytes = stackalloc byte[16];
        random.NextBytes(bytes);
        return Of(bytes);
    }

    /// <summary>The same of 16 random bytes, for what must not be guessed.</summary>
    public static string Of(Span<byte> bytes)
    {
        bytes[6] = (byte)((bytes[6] & 0x0f) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
        return new Guid(bytes, bigEndian: true).ToString();
    }
}
