namespace Coppice.ApiServer.Admission;

/// <summary>The admissions that whoever runs the cluster may switch on, by Kubernetes' names. All others are always on.</summary>
public static class AdmissionPlugins
{
    public const string OwnerReferences = "OwnerReferencesPermissionEnforcement";

    private static readonly string[] AlwaysOn =
    [
        "CertificateApproval", "CertificateSigning", "CertificateSubjectRestriction", "DefaultIngressClass", "DefaultStorageClass", "DefaultTolerationSeconds",
        "LimitRanger", "MutatingAdmissionPolicy", "MutatingAdmissionWebhook", "NamespaceLifecycle", "NodeRestriction", "PersistentVolumeClaimResize",
        "PodSecurity", "Priority", "ResourceQuota", "RuntimeClass", "ServiceAccount", "StorageObjectInUseProtection", "ValidatingAdmissionPolicy",
        "ValidatingAdmissionWebhook",
    ];

    /// <param name="names">With commas between them.</param>
    /// <returns>What is wrong with the names; null if they are good.</returns>
    public static string? Error(string names) => Names(names).FirstOrDefault(name => name != OwnerReferences && !AlwaysOn.Contains(name)) is { } unknown
        ? $"has {unknown}, which is no admission plugin of this server: what is not always on is {OwnerReferences}"
        : null;

    public static IEnumerable<string> Names(string names) => names.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
