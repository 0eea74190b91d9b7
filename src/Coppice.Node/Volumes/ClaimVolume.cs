using Coppice.Client;
using Coppice.Node.Containers;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Node.Volumes;

/// <summary>persistentVolumeClaim volumes: the directory that the claim's volume is on this node. It outlives the pod.</summary>
internal sealed class ClaimVolume : IVolumePlugin
{
    public string Source => "persistentVolumeClaim";

    public string DirectoryName => "local-volume";

    public bool Owns(Volume volume) => volume.PersistentVolumeClaim is not null;

    public ValueTask<string> PrepareAsync(VolumeSetup setup, CancellationToken stop) => MountAsync(setup);

    /// <summary>Also of a claim that is made for the pod: <see cref="EphemeralVolume"/>.</summary>
    public static async ValueTask<string> MountAsync(VolumeSetup setup)
    {
        var key = PodClaims.For(setup.Pod, setup.Volume)!.Value;
        var claim = await setup.Sources.Claim(key) ?? throw Failed($"error processing PVC {key}: failed to fetch PVC from API server: persistentvolumeclaims \"{key.Name}\" not found");
        if (setup.Volume.Ephemeral is not null && PodClaims.Problem(setup.Pod, claim) is { } why)
        {
            throw Failed($"error processing PVC {key}: {why}");
        }

        if (claim.Metadata.DeletionTimestamp is not null)
        {
            throw Failed($"error processing PVC {key}: PVC is being deleted");
        }

        if (claim.Status.Phase != PersistentVolumeClaimPhase.Bound || string.IsNullOrEmpty(claim.Spec.VolumeName))
        {
            throw Failed($"error processing PVC {key}: PVC is not bound");
        }

        var name = claim.Spec.VolumeName;
        var volume = await setup.Sources.PersistentVolume(name) ?? throw Failed($"failed to fetch PV {name} from API server: persistentvolumes \"{name}\" not found");
        if (volume.Spec.ClaimRef?.Uid != claim.Metadata.Uid)
        {
            throw Failed($"failed to fetch PV {name} from API server: PV {name} is claimed by another PVC");
        }

        RequireMode(volume, setup);
        return volume.Spec switch
        {
            { HostPath: { } path } => HostPathVolume.Prepare(path),
            { Local: { } local } => Prepare(local, setup),
            _ => throw Failed($"no volume plugin matched: volume \"{name}\" is of a kind that this node does not have; it supports hostPath and local"),
        };
    }

    /// <summary>Files are mounted, and devices are devices, which this node does not give to containers.</summary>
    private static void RequireMode(PersistentVolume volume, VolumeSetup setup)
    {
        var name = setup.Volume.Name;
        var isBlock = volume.Spec.VolumeMode == PersistentVolumeMode.Block;
        var isDevice = setup.Pod.Spec.InitContainers.Concat(setup.Pod.Spec.Containers).Any(container => container.VolumeDevices.Any(device => device.Name == name));
        if (isBlock || isDevice)
        {
            throw Failed((isBlock, isDevice) switch
            {
                (true, false) => $"volume {name} has volumeMode Block, but is specified in volumeMounts",
                (false, true) => $"volume {name} has volumeMode Filesystem, but is specified in volumeDevices",
                _ => $"no volume plugin matched: volume \"{volume.Metadata.Name}\" is a block device, and this node mounts file systems only",
            });
        }
    }

    /// <summary>A directory of somebody's that is there already: of the volumes here the one that its pod's group is let into.</summary>
    private static string Prepare(LocalVolumeSource local, VolumeSetup setup)
    {
        if (!Directory.Exists(local.Path))
        {
            throw Failed($"path \"{local.Path}\" does not exist");
        }

        if (setup.Pod.Spec.SecurityContext?.FsGroup is { } group)
        {
            VolumeOwnership.Apply(local.Path, group, readOnly: setup.Volume.PersistentVolumeClaim is { ReadOnly: true });
        }

        return local.Path;
    }

    private static ContainerConfigException Failed(string why) => new(why);
}
