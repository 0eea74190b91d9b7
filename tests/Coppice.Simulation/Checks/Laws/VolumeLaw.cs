using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Simulation.World;

namespace Coppice.Simulation.Checks.Laws;

/// <summary>No claim is bound twice, no volume goes to two claims or is given up under one, and pods begin only where their volumes are.</summary>
internal sealed class VolumeLaw(StoredWorld world) : ILaw
{
    public void Look(Write write)
    {
        switch (write.Item)
        {
            case PersistentVolume volume:
                LookAtVolume((PersistentVolume?)write.Old, (PersistentVolume?)write.New, volume.Metadata.Name!);
                break;
            case PersistentVolumeClaim claim when write.New is not null:
                LookAtClaim((PersistentVolumeClaim?)write.Old, claim);
                break;
            case PersistentVolumeClaim gone:
                LookAtEnd(gone);
                break;
            case Pod pod when write.New is not null && string.IsNullOrEmpty((write.Old as Pod)?.Spec.NodeName) && !string.IsNullOrEmpty(pod.Spec.NodeName):
                LookAtPod(pod);
                break;
        }
    }

    private void LookAtVolume(PersistentVolume? old, PersistentVolume? volume, string name)
    {
        var (before, now) = (old?.Spec.ClaimRef?.Uid, volume?.Spec.ClaimRef?.Uid);
        Require(string.IsNullOrEmpty(before) || string.IsNullOrEmpty(now) || before == now, $"volume {name} goes from one claim to another");
        if (volume is null)
        {
            Require(ClaimOf(before, name) is null, $"volume {name} is gone, and its claim is not");
        }
        else if (old is not null && Size(volume.Spec.Capacity) < Size(old.Spec.Capacity))
        {
            throw new InvalidOperationException($"volume {name} shrinks from {Size(old.Spec.Capacity)} to {Size(volume.Spec.Capacity)}");
        }
        else if (!string.IsNullOrEmpty(now) && volume.Status.Phase == PersistentVolumePhase.Bound)
        {
            var others = world.All<PersistentVolume>().Where(v => v.Metadata.Name != name && v.Spec.ClaimRef?.Uid == now && v.Status.Phase == PersistentVolumePhase.Bound);
            Require(!others.Any(), $"volumes {name} and {others.FirstOrDefault()?.Metadata.Name} are bound to one claim");
        }
        else if (volume.Status.Phase == PersistentVolumePhase.Released && old?.Status.Phase != PersistentVolumePhase.Released)
        {
            Require(ClaimOf(now, name) is null, $"volume {name} is released, and its claim is there");
        }
    }

    private void LookAtClaim(PersistentVolumeClaim? old, PersistentVolumeClaim claim)
    {
        var key = ObjectKey.Of(claim);
        Require(string.IsNullOrEmpty(old?.Spec.VolumeName) || old.Spec.VolumeName == claim.Spec.VolumeName, $"claim {key} goes from one volume to another");
        Require(claim.Status.Phase != PersistentVolumeClaimPhase.Lost, $"claim {key} has lost its volume");
        LookAtSize(old, claim);
        if (claim.Status.Phase != PersistentVolumeClaimPhase.Bound || old?.Status.Phase == PersistentVolumeClaimPhase.Bound)
        {
            return;
        }

        var volume = world.Find<PersistentVolume>(new("", claim.Spec.VolumeName ?? ""));
        Require(volume?.Spec.ClaimRef?.Uid == claim.Metadata.Uid, $"claim {key} is bound to {claim.Spec.VolumeName}, which names {volume?.Spec.ClaimRef?.Name} ({volume?.Spec.ClaimRef?.Uid})");
        var other = world.All<PersistentVolumeClaim>()
            .FirstOrDefault(c => c.Metadata.Uid != claim.Metadata.Uid && c.Spec.VolumeName == claim.Spec.VolumeName && c.Status.Phase == PersistentVolumeClaimPhase.Bound);
        Require(other is null, $"claims {key} and {(other is null ? "" : ObjectKey.Of(other))} are bound to one volume");
    }

    /// <summary>A claim says of its volume no more than it has, and never less than before.</summary>
    private void LookAtSize(PersistentVolumeClaim? old, PersistentVolumeClaim claim)
    {
        var (key, said) = (ObjectKey.Of(claim), Size(claim.Status.Capacity));
        Require(old is null || said >= Size(old.Status.Capacity), $"claim {key} shrinks from {Size(old?.Status.Capacity ?? default)} to {said}");
        var volume = world.Find<PersistentVolume>(new("", claim.Spec.VolumeName ?? ""));
        Require(volume is null || said <= Size(volume.Spec.Capacity), $"claim {key} says that it has {said} on volume {volume?.Metadata.Name}, which has {Size(volume?.Spec.Capacity ?? default)}");
    }

    private static Quantity Size(ValueMap<Quantity> of) => of.Find(ResourceName.Storage);

    /// <summary>Whoever used it when the moment began uses it still.</summary>
    private void LookAtEnd(PersistentVolumeClaim gone)
    {
        var user = world.All<Pod>(gone.Metadata.Namespace!).FirstOrDefault(pod =>
            !string.IsNullOrEmpty(pod.Spec.NodeName)
            && pod.Status.Phase is not (PodPhase.Succeeded or PodPhase.Failed)
            && PodClaims.Of(pod).Contains(ObjectKey.Of(gone))
            && world.FindBefore<Pod>(ObjectKey.Of(pod))?.Spec.NodeName == pod.Spec.NodeName);
        Require(user is null, $"claim {ObjectKey.Of(gone)} is gone, and pod {user?.Metadata.Name} uses it");
    }

    private void LookAtPod(Pod pod)
    {
        foreach (var key in PodClaims.Of(pod))
        {
            var claim = world.Find<PersistentVolumeClaim>(key) ?? world.FindBefore<PersistentVolumeClaim>(key);
            Require(claim is not null && VolumeBinding.IsComplete(claim), $"pod {ObjectKey.Of(pod)} is given {pod.Spec.NodeName}, and its claim {key} is not bound");
            var (volume, node) = (world.Find<PersistentVolume>(new("", claim!.Spec.VolumeName!)), world.Find<Objects.Core.Node>(new("", pod.Spec.NodeName!)));
            Require(
                volume is null || node is null || NodeSelectors.Allows(default, volume.Spec.NodeAffinity?.Required, node),
                $"pod {ObjectKey.Of(pod)} is given {pod.Spec.NodeName}, and its volume {claim.Spec.VolumeName} is elsewhere");
        }
    }

    /// <summary>The claim that a volume is for, unless it has another.</summary>
    private PersistentVolumeClaim? ClaimOf(string? uid, string volume) => string.IsNullOrEmpty(uid)
        ? null
        : world.All<PersistentVolumeClaim>().FirstOrDefault(c => c.Metadata.Uid == uid && c.Spec.VolumeName == volume);

    private static void Require(bool isSo, string what)
    {
        if (!isSo)
        {
            throw new InvalidOperationException(what);
        }
    }
}
