using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Node.Volumes;

/// <summary>An object that volumes are filled from.</summary>
/// <param name="Kind">ConfigMap or Secret.</param>
public readonly record struct VolumeObject(string Kind, ObjectKey Key) : IComparable<VolumeObject>
{
    /// <summary>Whatever a pod's volumes are filled from, there or not; without what is the pod's own (downwardAPI, tokens).</summary>
    public static IEnumerable<VolumeObject> Of(Pod pod) =>
        pod.Spec.Volumes.SelectMany(volume => VolumePlugins.Find(volume)?.FilledFrom(volume, pod.Metadata.Namespace ?? "") ?? []);

    public static VolumeObject OfMap(string space, string? name) => new(nameof(ConfigMap), new ObjectKey(space, name ?? ""));

    public static VolumeObject OfSecret(string space, string? name) => new(nameof(Secret), new ObjectKey(space, name ?? ""));

    public int CompareTo(VolumeObject other) => string.CompareOrdinal(Kind, other.Kind) is var order and not 0 ? order : Key.CompareTo(other.Key);
}
