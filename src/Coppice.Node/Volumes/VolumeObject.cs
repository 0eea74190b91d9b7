using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Node.Volumes;

/// <summary>An object that volumes are filled from.</summary>
/// <param name="Kind">ConfigMap or Secret.</param>
public readonly record struct VolumeObject(string Kind, ObjectKey Key) : IComparable<VolumeObject>
{
    /// <summary>Whatever a pod's volumes are filled from, there or not; without what is the pod's own (downwardAPI, tokens).</summary>
    public static IEnumerable<VolumeObject> Of(Pod pod)
    {
        var space = pod.Metadata.Namespace ?? "";
        foreach (var volume in pod.Spec.Volumes)
        {
            if (volume.ConfigMap is { } map)
            {
                yield return OfMap(space, map.Name);
            }

            if (volume.Secret is { } secret)
            {
                yield return OfSecret(space, secret.SecretName);
            }

            foreach (var source in volume.Projected?.Sources ?? [])
            {
                if (source.ConfigMap is { } projectedMap)
                {
                    yield return OfMap(space, projectedMap.Name);
                }

                if (source.Secret is { } projectedSecret)
                {
                    yield return OfSecret(space, projectedSecret.Name);
                }
            }
        }
    }

    public int CompareTo(VolumeObject other) => string.CompareOrdinal(Kind, other.Kind) is var order and not 0 ? order : Key.CompareTo(other.Key);

    private static VolumeObject OfMap(string space, string? name) => new(nameof(ConfigMap), new ObjectKey(space, name ?? ""));

    private static VolumeObject OfSecret(string space, string? name) => new(nameof(Secret), new ObjectKey(space, name ?? ""));
}
