using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Storage;

namespace Coppice.Controllers.Volumes;

/// <summary>What there is for a claim.</summary>
/// <param name="Named">The volume that the claim names; null if it names none, or that is not there.</param>
/// <param name="Volumes">Those of its class, and those that name it.</param>
/// <param name="Class">The claim's; null if it has none, or that is not there.</param>
/// <param name="Default">The class of claims that say nothing of a class; null for none.</param>
internal sealed record ClaimSurroundings(PersistentVolume? Named, IReadOnlyList<PersistentVolume> Volumes, StorageClass? Class, StorageClass? Default)
{
    /// <summary>The names of the pods that use the claim and have no node yet, in their order.</summary>
    public IReadOnlyList<string> Waiting { get; init; } = [];

    /// <summary>The node that was chosen for the claim's volume is no more.</summary>
    public bool IsNodeGone { get; init; }
}

/// <summary>Finds a claim its volume, as Kubernetes does.</summary>
internal static class ClaimPlanner
{
    // Whoever has such a name was once a part of Kubernetes, and is not here.
    private const string InTreePrefix = "kubernetes.io/";

    public static ClaimPlan Plan(PersistentVolumeClaim claim, ClaimSurroundings seen) =>
        claim.Metadata.Annotations.ContainsKey(VolumeBinding.Completed) ? PlanBound(claim, seen.Named)
        : string.IsNullOrEmpty(claim.Spec.VolumeName) ? PlanFree(claim, seen)
        : PlanNamed(claim, seen.Named);

    private static ClaimPlan PlanBound(PersistentVolumeClaim claim, PersistentVolume? volume) => (claim.Spec.VolumeName, volume) switch
    {
        (null or "", _) => Lost("ClaimLost", "Bound claim has lost reference to PersistentVolume. Data on the volume is lost!"),
        (_, null) => Lost("ClaimLost", "Bound claim has lost its PersistentVolume. Data on the volume is lost!"),
        (_, { Spec.ClaimRef: null }) => new ClaimPlan.Bind(volume),
        (_, { Spec.ClaimRef: { } named }) when named.Uid == claim.Metadata.Uid => new ClaimPlan.Bind(volume),
        _ => Lost("ClaimMisbound", "Two claims are bound to the same volume, this one is bound incorrectly"),
    };

    private static ClaimPlan PlanNamed(PersistentVolumeClaim claim, PersistentVolume? volume)
    {
        if (volume is null)
        {
            return new ClaimPlan.Wait(null);
        }

        if (volume.Spec.ClaimRef is null)
        {
            return VolumeBinding.Mismatch(volume, claim) is { } why
                ? new ClaimPlan.Wait(VolumeNews.Warning("VolumeMismatch", $"Cannot bind to requested volume \"{volume.Metadata.Name}\": {why}"))
                : new ClaimPlan.Bind(volume);
        }

        return VolumeBinding.IsFor(volume, claim)
            ? new ClaimPlan.Bind(volume)
            : new ClaimPlan.Wait(VolumeNews.Warning("FailedBinding", $"volume \"{volume.Metadata.Name}\" already bound to a different claim."));
    }

    private static ClaimPlan PlanFree(PersistentVolumeClaim claim, ClaimSurroundings seen)
    {
        var waits = VolumeBinding.Waits(seen.Class);
        if (VolumeBinding.Choose(claim, seen.Volumes, isForNamed: waits, node: null) is { } volume)
        {
            return new ClaimPlan.Bind(volume);
        }

        if (seen.Default is { } standard && StorageClasses.IsUnclassed(claim))
        {
            return new ClaimPlan.Classify(standard.Metadata.Name!);
        }

        if (seen.IsNodeGone)
        {
            return new ClaimPlan.Replace();
        }

        if (waits && !claim.Metadata.Annotations.ContainsKey(VolumeBinding.SelectedNode))
        {
            return new ClaimPlan.Wait(seen.Waiting.Count switch
            {
                0 => VolumeNews.Normal("WaitForFirstConsumer", "waiting for first consumer to be created before binding"),
                1 => VolumeNews.Normal("WaitForPodScheduled", $"waiting for pod {seen.Waiting[0]} to be scheduled"),
                _ => VolumeNews.Normal("WaitForPodScheduled", $"waiting for pods {string.Join(",", seen.Waiting)} to be scheduled"),
            });
        }

        return (StorageClasses.NameFor(claim), seen.Class) switch
        {
            ("", _) => new ClaimPlan.Wait(VolumeNews.Normal("FailedBinding", "no persistent volumes available for this claim and no storage class is set")),
            (var name, null) => Failed($"storageclass.storage.k8s.io \"{name}\" not found"),
            (_, { Provisioner: var who }) when who.StartsWith(InTreePrefix, StringComparison.Ordinal) => Failed($"no volume plugin matched name: {who}"),
            (_, { Provisioner: var who }) => new ClaimPlan.Provision(who),
        };
    }

    private static ClaimPlan.Wait Failed(string why) => new(VolumeNews.Warning("ProvisioningFailed", why));

    private static ClaimPlan.Lose Lost(string reason, string message) => new(VolumeNews.Warning(reason, message));
}
