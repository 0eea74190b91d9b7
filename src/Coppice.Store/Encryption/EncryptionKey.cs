namespace Coppice.Store.Encryption;

/// <summary>A key that values are encrypted with at rest.</summary>
/// <param name="Name">Stands before each value, so that it is found again among others.</param>
/// <param name="Secret">Of AES: 16, 24 or 32 bytes.</param>
public sealed record EncryptionKey(string Name, ReadOnlyMemory<byte> Secret);
