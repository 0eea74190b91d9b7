using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Node.Fencing;

/// <summary>Which pods must not run twice: not beside one that was made in their place while nobody could be asked.</summary>
internal static class FencedPods
{
    /// <summary>At a pod: "true" for one that must not run twice, "false" for one that may, whatever else is so.</summary>
    public const string Annotation = "coppice.io/single-instance";

    private const string HostName = "kubernetes.io/hostname";

    /// <summary>False where the pod itself tells that it may; else its claims tell.</summary>
    public static bool MayBe(Pod pod) => Said(pod) ?? (IsOfStatefulSet(pod) || PodClaims.Of(pod).Any());

    /// <param name="claims">Those of the pod, with the volumes that they are bound to; null for what is not there.</param>
    public static bool Are(Pod pod, IReadOnlyList<(PersistentVolumeClaim? Claim, PersistentVolume? Volume)> claims)
    {
        if (Said(pod) is { } said)
        {
            return said;
        }

        // Who comes in its place needs the same volume, and so this very node.
        if (claims.Any(one => one.Volume is { } volume && IsOfOneNode(volume)))
        {
            return false;
        }

        return IsOfStatefulSet(pod) || claims.Any(one => one.Claim is null || one.Claim.Spec.AccessModes.Any(
            mode => mode is PersistentVolumeAccessMode.ReadWriteOnce or PersistentVolumeAccessMode.ReadWriteOncePod));
    }

    private static bool? Said(Pod pod) => pod.Metadata.Annotations.GetValueOrDefault(Annotation) switch
    {
        "true" => true,
        "false" => false,
        _ => null,
    };

    private static bool IsOfStatefulSet(Pod pod) =>
        pod.Metadata.OwnerReferences.Any(one => one is { Controller: true, Kind: "StatefulSet" } && one.ApiVersion.StartsWith("apps/", StringComparison.Ordinal));

    private static bool IsOfOneNode(PersistentVolume volume) =>
        volume.Spec.NodeAffinity?.Required is { NodeSelectorTerms: { IsEmpty: false } terms }
        && terms.SelectMany(term => term.MatchExpressions.Where(one => one is { Key: HostName, Operator: "In" }).Select(one => one.Values)).ToList() is var names
        && names.Count == terms.Count && names.All(values => values.Count == 1) && names.Select(values => values[0]).Distinct().Count() == 1;
}
