namespace Coppice.Scheduler;

/// <summary>The labels that say where a node is.</summary>
internal static class PlaceLabels
{
    public const string Hostname = "kubernetes.io/hostname";
    public const string Zone = "topology.kubernetes.io/zone";
    public const string Region = "topology.kubernetes.io/region";

    /// <summary>The names that came before <see cref="Zone"/> and <see cref="Region"/>, which volumes may still have.</summary>
    public const string OldZone = "failure-domain.beta.kubernetes.io/zone";
    public const string OldRegion = "failure-domain.beta.kubernetes.io/region";
}
