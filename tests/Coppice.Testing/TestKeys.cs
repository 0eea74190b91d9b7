using System.Security.Cryptography;

namespace Coppice.Testing;

/// <summary>Keys for tests, of which each is made once in a process: a key of RSA takes its time.</summary>
public static class TestKeys
{
    private static readonly Lazy<string> Signing = new(() =>
    {
        using var key = RSA.Create(2048);
        return key.ExportPkcs8PrivateKeyPem();
    });

    /// <summary>For the tokens of service accounts.</summary>
    public static string Tokens => Signing.Value;
}
