using Coppice.Objects;

namespace Coppice.ApiServer.Admission;

/// <summary>Which of its labels a node's agent may set.</summary>
internal static class NodeLabels
{
    private const string Restricted = "node-restriction.kubernetes.io";

    private static readonly HashSet<string> Own = new(StringComparer.Ordinal)
    {
        "kubernetes.io/hostname",
        "kubernetes.io/os",
        "kubernetes.io/arch",
        "beta.kubernetes.io/os",
        "beta.kubernetes.io/arch",
        "beta.kubernetes.io/instance-type",
        "node.kubernetes.io/instance-type",
        "topology.kubernetes.io/zone",
        "topology.kubernetes.io/region",
        "failure-domain.beta.kubernetes.io/zone",
        "failure-domain.beta.kubernetes.io/region",
    };

    private static readonly string[] OwnDomains = ["kubelet.kubernetes.io", "node.kubernetes.io"];

    /// <summary>The labels that differ and are not a node's to set, with commas between them; empty for none.</summary>
    public static string Forbidden(ValueMap<string> labels, ValueMap<string> old) => string.Join(", ", labels.Except(old).Concat(old.Except(labels))
        .Select(label => label.Key)
        .Distinct(StringComparer.Ordinal)
        .Where(IsForbidden)
        .Order(StringComparer.Ordinal));

    private static bool IsForbidden(string label)
    {
        var domain = label.IndexOf('/') is var slash and > 0 ? label[..slash] : "";
        return IsIn(domain, Restricted)
            || ((IsIn(domain, "kubernetes.io") || IsIn(domain, "k8s.io")) && !Own.Contains(label) && !OwnDomains.Any(own => IsIn(domain, own)));
    }

    private static bool IsIn(string domain, string parent) => domain == parent || domain.EndsWith($".{parent}", StringComparison.Ordinal);
}
