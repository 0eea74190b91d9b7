using System.Security.Cryptography;

namespace Coppice.ExampleImages;

/// <summary>Some bytes of an image and the names they go by.</summary>
/// <param name="MediaType">The OCI media type.</param>
/// <param name="Digest"><c>sha256:</c> and 64 hexadecimal digits.</param>
public sealed record Blob(string MediaType, string Digest, byte[] Bytes)
{
    public static Blob Of(string mediaType, byte[] bytes) => new(mediaType, DigestOf(bytes), bytes);

    public static string DigestOf(ReadOnlySpan<byte> bytes) => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(bytes))}";
}
