using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;

namespace Coppice.ApiServer.Authentication.Oidc;

/// <summary>A public key that an issuer signs with, as a JSON Web Key (RFC 7517) says it.</summary>
/// <param name="Id">Empty if it has none.</param>
internal sealed record SigningKey(string Id, AsymmetricAlgorithm Key)
{
    /// <summary>Those of RFC 7518 that make a signature.</summary>
    public static readonly IReadOnlyList<string> Algorithms = ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "PS256", "PS384", "PS512"];

    /// <summary>Those of a set that sign, and are of a type that is known; others are passed over.</summary>
    /// <exception cref="JsonException">It is no set of keys.</exception>
    public static IReadOnlyList<SigningKey> ReadSet(JsonElement set) =>
        set.ValueKind == JsonValueKind.Object && set.TryGetProperty("keys", out var keys) && keys.ValueKind == JsonValueKind.Array
            ? [.. keys.EnumerateArray().Select(Read).OfType<SigningKey>()]
            : throw new JsonException("it is no set of keys");

    /// <summary>Whether it has signed these bytes in this way.</summary>
    public bool Verifies(string algorithm, ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature)
    {
        var hash = algorithm[2..] switch { "256" => HashAlgorithmName.SHA256, "384" => HashAlgorithmName.SHA384, _ => HashAlgorithmName.SHA512 };
        return (algorithm[..2], Key) switch
        {
            ("RS", RSA rsa) => rsa.VerifyData(signed, signature, hash, RSASignaturePadding.Pkcs1),
            ("PS", RSA rsa) => rsa.VerifyData(signed, signature, hash, RSASignaturePadding.Pss),
            ("ES", ECDsa curve) => curve.KeySize == CurveBits(algorithm) && curve.VerifyData(signed, signature, hash),
            _ => false,
        };
    }

    private static int CurveBits(string algorithm) => algorithm switch { "ES256" => 256, "ES384" => 384, _ => 521 };

    private static SigningKey? Read(JsonElement key)
    {
        try
        {
            return Text(key, "use") is "" or "sig" && KeyOf(key) is { } made ? new(Text(key, "kid"), made) : null;
        }
        catch (Exception broken) when (broken is CryptographicException or FormatException or ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }

    private static AsymmetricAlgorithm? KeyOf(JsonElement key) => (Text(key, "kty"), Text(key, "crv")) switch
    {
        ("RSA", _) => RSA.Create(new RSAParameters { Modulus = Number(key, "n"), Exponent = Number(key, "e") }),
        ("EC", "P-256") => OnCurve(ECCurve.NamedCurves.nistP256, key),
        ("EC", "P-384") => OnCurve(ECCurve.NamedCurves.nistP384, key),
        ("EC", "P-521") => OnCurve(ECCurve.NamedCurves.nistP521, key),
        _ => null,
    };

    private static ECDsa OnCurve(ECCurve curve, JsonElement key) =>
        ECDsa.Create(new ECParameters { Curve = curve, Q = new ECPoint { X = Number(key, "x"), Y = Number(key, "y") } });

    private static byte[] Number(JsonElement key, string name) => Base64Url.DecodeFromChars(Text(key, name));

    private static string Text(JsonElement key, string name) => key.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";
}
