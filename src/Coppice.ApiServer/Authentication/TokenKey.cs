using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;

namespace Coppice.ApiServer.Authentication;

/// <summary>
/// The key that tokens of service accounts are signed with. It is of RSA (RS256), the one that whoever takes ID tokens must know
/// (OpenID Connect Core 1.0, 15.1); clusters that began with one on a curve (ES256) keep theirs.
/// </summary>
public sealed class TokenKey : IDisposable
{
    private const int Bits = 2048;

    private readonly AsymmetricAlgorithm _key;

    /// <param name="pem">As PKCS #8.</param>
    /// <exception cref="CryptographicException">It is no key.</exception>
    /// <exception cref="ArgumentException">It is no key.</exception>
    public TokenKey(string pem)
    {
        _key = Read(pem);
        Id = Base64Url.EncodeToString(SHA256.HashData(_key.ExportSubjectPublicKeyInfo()));
    }

    public string Id { get; }

    /// <summary>By the name that RFC 7518 gives it.</summary>
    public string Algorithm => _key is RSA ? "RS256" : "ES256";

    public static string CreatePem()
    {
        using var key = RSA.Create(Bits);
        return key.ExportPkcs8PrivateKeyPem();
    }

    public byte[] Sign(byte[] text) => _key is RSA rsa
        ? rsa.SignData(text, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
        : ((ECDsa)_key).SignData(text, HashAlgorithmName.SHA256);

    public bool Verifies(byte[] text, byte[] signature) => _key is RSA rsa
        ? rsa.VerifyData(text, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
        : ((ECDsa)_key).VerifyData(text, signature, HashAlgorithmName.SHA256);

    /// <summary>Writes its public part as a JSON Web Key (RFC 7517).</summary>
    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("use", "sig");
        json.WriteString("kty", _key is RSA ? "RSA" : "EC");
        json.WriteString("kid", Id);
        if (_key is RSA rsa)
        {
            var key = rsa.ExportParameters(includePrivateParameters: false);
            json.WriteString("alg", Algorithm);
            json.WriteString("n", Base64Url.EncodeToString(key.Modulus));
            json.WriteString("e", Base64Url.EncodeToString(key.Exponent));
        }
        else
        {
            var point = ((ECDsa)_key).ExportParameters(includePrivateParameters: false).Q;
            json.WriteString("crv", "P-256");
            json.WriteString("alg", Algorithm);
            json.WriteString("x", Base64Url.EncodeToString(point.X));
            json.WriteString("y", Base64Url.EncodeToString(point.Y));
        }

        json.WriteEndObject();
    }

    public void Dispose() => _key.Dispose();

    private static AsymmetricAlgorithm Read(string pem)
    {
        var rsa = RSA.Create();
        try
        {
            rsa.ImportFromPem(pem);
            return rsa;
        }
        catch (CryptographicException)
        {
            rsa.Dispose();
            var curve = ECDsa.Create();
            curve.ImportFromPem(pem);
            return curve;
        }
    }
}
