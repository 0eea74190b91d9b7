using Coppice.Objects.Core;

namespace Coppice.Objects.Semantics;

/// <summary>The secrets that a pod needs of its namespace.</summary>
public static class PodSecrets
{
    public static IEnumerable<string> Of(Pod pod) => Names(pod).OfType<string>();

    /// <summary>All containers' variables.</summary>
    public static IEnumerable<EnvVar> Variables(Pod pod) => pod.Spec.InitContainers.Concat(pod.Spec.Containers).SelectMany(container => container.Env)
        .Concat(pod.Spec.EphemeralContainers.SelectMany(container => container.Env));

    /// <summary>What all containers take whole sets of variables from.</summary>
    public static IEnumerable<EnvFromSource> VariableSets(Pod pod) => pod.Spec.InitContainers.Concat(pod.Spec.Containers)
        .SelectMany(container => container.EnvFrom)
        .Concat(pod.Spec.EphemeralContainers.SelectMany(container => container.EnvFrom));

    private static IEnumerable<string?> Names(Pod pod) =>
    [
        .. pod.Spec.ImagePullSecrets.Select(secret => secret.Name),
        .. Variables(pod).Select(variable => variable.ValueFrom?.SecretKeyRef?.Name),
        .. VariableSets(pod).Select(set => set.SecretRef?.Name),
        .. pod.Spec.Volumes.SelectMany(OfVolume),
    ];

    private static IEnumerable<string?> OfVolume(Volume volume) =>
    [
        volume.Secret?.SecretName,
        .. (volume.Projected?.Sources ?? default).Select(source => source.Secret?.Name),
        volume.Csi?.NodePublishSecretRef?.Name,
        volume.AzureFile?.SecretName,
        volume.Cephfs?.SecretRef?.Name,
        volume.Cinder?.SecretRef?.Name,
        volume.FlexVolume?.SecretRef?.Name,
        volume.Iscsi?.SecretRef?.Name,
        volume.Rbd?.SecretRef?.Name,
        volume.ScaleIO?.SecretRef?.Name,
        volume.Storageos?.SecretRef?.Name,
    ];
}
