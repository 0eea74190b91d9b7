using Coppice.Node.Admission;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Node.LocalStorage;

/// <summary>How much of the node's disk a pod may use, and what becomes of one that uses more. Messages are Kubernetes'. Pure.</summary>
public static class LocalStorageLimits
{
    /// <summary>Whether the pod says anything of it: only then is it worth measuring.</summary>
    public static bool AnyOf(PodSpec spec) =>
        spec.Volumes.Any(one => LimitOf(one) is not null)
        || spec.Containers.Concat(spec.InitContainers).Any(one => !one.Resources.Limits.Find(ResourceName.Ephemeralstorage).IsZero);

    /// <summary>Volumes that count as the pod's own use of the disk.</summary>
    public static bool IsCounted(Volume volume) =>
        volume.EmptyDir is not null ? IsOnDisk(volume) : volume.ConfigMap is not null || volume.DownwardAPI is not null;

    /// <returns>Null for a pod that keeps to its limits. In the kubelet's order, of whose reasons the first is told.</returns>
    public static PodTermination? Exceeded(PodSpec spec, LocalStorageUse use)
    {
        foreach (var volume in spec.Volumes)
        {
            if (LimitOf(volume) is { } limit && use.Volumes.GetValueOrDefault(volume.Name) > limit.Value)
            {
                return Eviction("emptydirfs.limit", $"Usage of EmptyDir volume \"{volume.Name}\" exceeds the limit \"{limit}\". ");
            }
        }

        var whole = PodLimits.Of(spec).Find(ResourceName.Ephemeralstorage);
        if (!whole.IsZero && use.Volumes.Values.Sum() + use.Containers.Values.Sum() > whole.Value)
        {
            return Eviction("ephemeralpodfs.limit", $"Pod ephemeral local storage usage exceeds the total limit of containers {whole}. ");
        }

        foreach (var container in spec.Containers)
        {
            var limit = container.Resources.Limits.Find(ResourceName.Ephemeralstorage);
            if (!limit.IsZero && use.Containers.GetValueOrDefault(container.Name) > limit.Value)
            {
                return Eviction("ephemeralcontainerfs.limit", $"Container {container.Name} exceeded its local ephemeral storage limit \"{limit}\". ");
            }
        }

        return null;
    }

    // One in memory has no more room than its limit.
    private static Quantity? LimitOf(Volume volume) => IsOnDisk(volume) && volume.EmptyDir?.SizeLimit is { IsZero: false } limit ? limit : null;

    private static bool IsOnDisk(Volume volume) => volume.EmptyDir is { Medium: null or StorageMedium.None };

    private static PodTermination Eviction(string signal, string message) => new(PodTermination.Evicted, message, PodTermination.EvictionGrace) { EvictionSignal = signal };
}
