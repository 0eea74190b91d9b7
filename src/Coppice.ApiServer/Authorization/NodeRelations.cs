using Coppice.ApiServer.Kinds.Core;
using Coppice.ApiServer.Storage;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Semantics;

namespace Coppice.ApiServer.Authorization;

/// <summary>What a pod may need on its node.</summary>
internal enum Needed
{
    Pod,
    Secret,
    ConfigMap,
    Claim,
    Volume,
    ResourceClaim,
    Account,

    /// <summary>Of a volume to a node: no pod needs it, and none is asked.</summary>
    Attachment,

    /// <summary>What a node's devices are: no pod needs it, and none is asked.</summary>
    Slice,
}

/// <summary>Whether an object belongs to a node: a pod that is bound to it, or something that such a pod needs.</summary>
internal sealed class NodeRelations(ObjectStorage storage)
{
    private static readonly Kind Pods = BuiltInKinds.Of<Pod>();
    private static readonly Kind Claims = BuiltInKinds.Of<PersistentVolumeClaim>();

    public async ValueTask<bool> HasAsync(string node, Needed what, ObjectKey key, CancellationToken stop) => what switch
    {
        Needed.Pod => await storage.FindAsync(Pods, key, stop) is { Item: Pod pod } && pod.Spec.NodeName == node,
        Needed.Volume => await NeedsVolumeAsync(node, key.Name, stop),
        Needed.Attachment or Needed.Slice => false,
        _ => (await PodsOfAsync(node, stop)).Any(pod => pod.Metadata.Namespace == key.Namespace && PodNeeds.Of(pod, what).Contains(key.Name)),
    };

    /// <summary>A volume is needed by whoever needs the claim that it is bound to.</summary>
    private async ValueTask<bool> NeedsVolumeAsync(string node, string volume, CancellationToken stop)
    {
        foreach (var pod in await PodsOfAsync(node, stop))
        {
            foreach (var claim in PodNeeds.Of(pod, Needed.Claim))
            {
                if (await storage.FindAsync(Claims, new(pod.Metadata.Namespace!, claim), stop) is { Item: PersistentVolumeClaim { Spec.VolumeName: { } name } } && name == volume)
                {
                    return true;
                }
            }
        }

        return false;
    }

    private async ValueTask<IEnumerable<Pod>> PodsOfAsync(string node, CancellationToken stop)
    {
        var range = await storage.RangeAsync(new(ObjectStorage.Prefix(Pods, null), Only: PodKind.ByNode.Is(node)), stop);
        return range.Entries.Select(entry => (Pod)ObjectStorage.FormOf(Pods, entry).Item);
    }
}

/// <summary>The names of what a pod needs of its namespace.</summary>
internal static class PodNeeds
{
    public static IEnumerable<string> Of(Pod pod, Needed what) => Names(pod, what).OfType<string>();

    private static IEnumerable<string?> Names(Pod pod, Needed what) => what switch
    {
        Needed.Secret => PodSecrets.Of(pod),
        Needed.ConfigMap =>
        [
            .. PodSecrets.Variables(pod).Select(variable => variable.ValueFrom?.ConfigMapKeyRef?.Name),
            .. PodSecrets.VariableSets(pod).Select(set => set.ConfigMapRef?.Name),
            .. pod.Spec.Volumes.Select(volume => volume.ConfigMap?.Name),
            .. pod.Spec.Volumes.SelectMany(volume => volume.Projected?.Sources ?? default).Select(source => source.ConfigMap?.Name),
        ],
        Needed.Claim => PodClaims.Of(pod).Select(string? (claim) => claim.Name),
        Needed.ResourceClaim =>
        [
            .. pod.Spec.ResourceClaims.Select(claim => claim.ResourceClaimName),
            .. pod.Status.ResourceClaimStatuses.Select(claim => claim.ResourceClaimName),
            pod.Status.ExtendedResourceClaimStatus?.ResourceClaimName,
        ],
        Needed.Account => [pod.Spec.ServiceAccountName],
        _ => [],
    };
}
