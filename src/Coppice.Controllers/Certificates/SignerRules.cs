using Coppice.Client;
using Coppice.Objects;
using Coppice.Objects.Authentication;
using Coppice.Objects.Certificates;

namespace Coppice.Controllers.Certificates;

/// <summary>The cluster's authority: signs for the usages and the span that are asked for, and gives the certificate as PEM.</summary>
public delegate string CertificateSigner(SigningRequest request, IReadOnlyList<string> usages, TimeSpan? lifetime);

/// <summary>What the signers that every cluster has ask of a request, in Kubernetes' words.</summary>
internal static class SignerRules
{
    private const string Nodes = "system:nodes";
    private const string NodePrefix = "system:node:";

    // A key that is not RSA enciphers nothing.
    private static readonly string[] OfKubeletClient = [KeyUsage.ClientAuth, KeyUsage.DigitalSignature];
    private static readonly string[] OfKubeletServer = [KeyUsage.DigitalSignature, KeyUsage.ServerAuth];

    public static bool Knows(string signer) =>
        signer is SignerName.KubeApiServerClient or SignerName.KubeApiServerClientKubelet or SignerName.KubeletServing;

    /// <summary>Why a signer does not sign; null if it does.</summary>
    public static string? Refusal(string signer, SigningRequest request, IReadOnlyList<string> usages) => signer switch
    {
        SignerName.KubeApiServerClient => ClientUsages(usages),
        SignerName.KubeApiServerClientKubelet => KubeletClient(request, usages),
        SignerName.KubeletServing => KubeletServing(request, usages),
        _ => $"unknown signer {signer}",
    };

    public static bool IsNode(UserInfo user) => user.Groups.Contains(Nodes) && user.Username?.StartsWith(NodePrefix, StringComparison.Ordinal) == true;

    /// <summary>The name of the node that a request is for, which it was found to be for.</summary>
    public static string NodeOf(SigningRequest request) => request.Subject.CommonName[NodePrefix.Length..];

    private static string? KubeletClient(SigningRequest request, IReadOnlyList<string> usages) =>
        Node(request)
        ?? (request.DnsNames.Count > 0 ? "DNS subjectAltNames are not allowed"
            : request.Emails.Count > 0 ? "Email subjectAltNames are not allowed"
            : request.Addresses.Count > 0 ? "IP subjectAltNames are not allowed"
            : request.Uris.Count > 0 ? "URI subjectAltNames are not allowed"
            : Exactly(OfKubeletClient, usages));

    private static string? KubeletServing(SigningRequest request, IReadOnlyList<string> usages) =>
        Node(request)
        ?? (request.DnsNames.Count == 0 && request.Addresses.Count == 0 ? "DNS or IP subjectAltName is required"
            : request.Emails.Count > 0 ? "Email subjectAltNames are not allowed"
            : request.Uris.Count > 0 ? "URI subjectAltNames are not allowed"
            : Exactly(OfKubeletServer, usages));

    private static string? Node(SigningRequest request) =>
        request.Subject.Organizations is not [Nodes] ? "subject organization is not system:nodes"
        : !request.Subject.CommonName.StartsWith(NodePrefix, StringComparison.Ordinal) ? "subject common name does not begin with system:node:"
        : null;

    private static string? Exactly(string[] required, IReadOnlyList<string> usages) =>
        usages.Where(usage => usage != KeyUsage.KeyEncipherment).Order(StringComparer.Ordinal).SequenceEqual(required)
            ? null
            : $"usages did not match [{string.Join(' ', required)}]";

    private static string? ClientUsages(IReadOnlyList<string> usages) =>
        usages.Any(usage => usage is not (KeyUsage.DigitalSignature or KeyUsage.KeyEncipherment or KeyUsage.ClientAuth))
            ? "invalid usage for client certificate"
            : usages.Contains(KeyUsage.ClientAuth) ? null : "missing required usage for client certificate";
}
