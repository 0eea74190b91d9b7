using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Coppice.Composition.Joining;

/// <summary>
/// What a machine joins a cluster with: a bootstrap token of the cluster, and by which authority the cluster is known, so that nobody in
/// between can be taken for it. As <c>abcdef.0123456789abcdef.HASH</c>.
/// </summary>
/// <param name="Id">Six letters and digits; not secret.</param>
/// <param name="Secret">Sixteen letters and digits.</param>
/// <param name="AuthorityHash">SHA-256 of the public key of the cluster's authority, as kubeadm has it, in 64 hexadecimal digits.</param>
internal sealed record JoinToken(string Id, string Secret, string AuthorityHash)
{
    private const string Letters = "abcdefghijklmnopqrstuvwxyz0123456789";

    /// <summary>The part that the API takes.</summary>
    public string Bearer => $"{Id}.{Secret}";

    public static JoinToken Make(X509Certificate2 authority) =>
        new(RandomNumberGenerator.GetString(Letters, 6), RandomNumberGenerator.GetString(Letters, 16), HashOf(authority));

    public static JoinToken? TryParse(string text) =>
        text.Split('.') is [{ Length: 6 } id, { Length: 16 } secret, { Length: 64 } hash] && (id + secret).All(Letters.Contains) && hash.All(char.IsAsciiHexDigitLower)
            ? new(id, secret, hash)
            : null;

    public static string HashOf(X509Certificate2 authority) => Convert.ToHexStringLower(SHA256.HashData(authority.PublicKey.ExportSubjectPublicKeyInfo()));

    public override string ToString() => $"{Bearer}.{AuthorityHash}";
}
