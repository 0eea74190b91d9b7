using System.Security.Cryptography;

namespace Coppice.ApiServer.Audit;

/// <summary>Names requests apart, in the form of random UUIDs: what is random is drawn once, and then counted from, as every request needs one.</summary>
internal sealed class AuditIds
{
    private readonly ulong _process = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
    private long _last = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long)));

    public string Next()
    {
        Span<byte> bytes = stackalloc byte[16];
        BitConverter.TryWriteBytes(bytes, _process);
        BitConverter.TryWriteBytes(bytes[8..], Interlocked.Increment(ref _last));
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);

        // The counter's lowest byte is where the form wants two bits of its own: it changes place with the highest.
        (bytes[8], bytes[15]) = ((byte)((bytes[15] & 0x3F) | 0x80), bytes[8]);
        return new Guid(bytes, bigEndian: true).ToString();
    }
}
