using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Coppice.Objects.Certificates;

namespace Coppice.ApiServer.Authentication;

/// <summary>What a certificate may be used for, from Kubernetes' words to those of X.509.</summary>
internal static class CertificateUsages
{
    private static readonly Dictionary<string, X509KeyUsageFlags> OfKeys = new(StringComparer.Ordinal)
    {
        [KeyUsage.Signing] = X509KeyUsageFlags.DigitalSignature,
        [KeyUsage.DigitalSignature] = X509KeyUsageFlags.DigitalSignature,
        [KeyUsage.ContentCommitment] = X509KeyUsageFlags.NonRepudiation,
        [KeyUsage.KeyEncipherment] = X509KeyUsageFlags.KeyEncipherment,
        [KeyUsage.KeyAgreement] = X509KeyUsageFlags.KeyAgreement,
        [KeyUsage.DataEncipherment] = X509KeyUsageFlags.DataEncipherment,
        [KeyUsage.EncipherOnly] = X509KeyUsageFlags.EncipherOnly,
        [KeyUsage.DecipherOnly] = X509KeyUsageFlags.DecipherOnly,
    };

    private static readonly Dictionary<string, string> Extended = new(StringComparer.Ordinal)
    {
        [KeyUsage.ServerAuth] = "1.3.6.1.5.5.7.3.1",
        [KeyUsage.ClientAuth] = "1.3.6.1.5.5.7.3.2",
    };

    /// <summary>What is not among them none of our signers signs.</summary>
    public static IEnumerable<X509Extension> Of(IReadOnlyList<string> usages)
    {
        var keys = usages.Aggregate(X509KeyUsageFlags.None, (flags, usage) => flags | OfKeys.GetValueOrDefault(usage));
        if (keys != X509KeyUsageFlags.None)
        {
            yield return new X509KeyUsageExtension(keys, true);
        }

        var purposes = new OidCollection();
        foreach (var usage in usages)
        {
            if (Extended.TryGetValue(usage, out var id))
            {
                purposes.Add(new Oid(id));
            }
        }

        if (purposes.Count > 0)
        {
            yield return new X509EnhancedKeyUsageExtension(purposes, false);
        }
    }
}
