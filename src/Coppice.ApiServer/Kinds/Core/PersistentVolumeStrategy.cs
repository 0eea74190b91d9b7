using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Validation;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Kinds.Core;

/// <summary>PersistentVolumes: kept when their claim goes unless it is said otherwise, and dated when their phase changes.</summary>
internal sealed class PersistentVolumeStrategy : KindStrategy<PersistentVolume>
{
    public override PersistentVolume Default(PersistentVolume item) => item with
    {
        Spec = Default(item.Spec) with
        {
            PersistentVolumeReclaimPolicy = item.Spec.PersistentVolumeReclaimPolicy ?? PersistentVolumeReclaimPolicy.Retain,
            VolumeMode = item.Spec.VolumeMode ?? PersistentVolumeMode.Filesystem,
        },
        Status = item.Status with { Phase = item.Status.Phase ?? PersistentVolumePhase.Pending },
    };

    /// <summary>Of the sources and the size alone: also of a volume that stands in an attachment.</summary>
    public static PersistentVolumeSpec Default(PersistentVolumeSpec spec) => spec with
    {
        Capacity = ContainerDefaults.RoundUp(spec.Capacity),
        HostPath = spec.HostPath is { } path ? path with { Type = path.Type ?? HostPathType.None } : null,
        Iscsi = spec.Iscsi is { } iscsi ? iscsi with { IscsiInterface = iscsi.IscsiInterface ?? "default" } : null,
        Rbd = spec.Rbd is { } rbd
            ? rbd with { Pool = rbd.Pool ?? "rbd", User = rbd.User ?? "admin", Keyring = rbd.Keyring ?? "/etc/ceph/keyring" }
            : null,
        ScaleIO = spec.ScaleIO is { } scale
            ? scale with { StorageMode = scale.StorageMode ?? "ThinProvisioned", FsType = scale.FsType ?? "xfs" }
            : null,
        AzureDisk = spec.AzureDisk is { } disk ? VolumeDefaults.Default(disk) : null,
    };

    public override PersistentVolume PrepareForCreate(PersistentVolume item) => item with
    {
        Status = new() { Phase = PersistentVolumePhase.Pending, LastPhaseTransitionTime = item.Metadata.CreationTimestamp },
    };

    public override PersistentVolume PrepareForUpdate(PersistentVolume item, PersistentVolume old) => item with { Status = old.Status };

    public override PersistentVolume PrepareForStatusUpdate(PersistentVolume item, PersistentVolume old) => item with { Spec = old.Spec };

    /// <summary>A client may give the time itself; one that only leaves the old one standing does not.</summary>
    public override PersistentVolume DateStatus(PersistentVolume item, PersistentVolume old, DateTimeOffset now)
    {
        var (given, before) = (item.Status.LastPhaseTransitionTime, old.Status.LastPhaseTransitionTime);
        if (item.Status.Phase == old.Status.Phase)
        {
            return given is null ? item with { Status = item.Status with { LastPhaseTransitionTime = before } } : item;
        }

        return given is null || given == before ? item with { Status = item.Status with { LastPhaseTransitionTime = now } } : item;
    }

    public override Findings<FieldError> Validate(PersistentVolume item) => PersistentVolumeValidation.Spec(item.Spec);

    public override Findings<FieldError> ValidateUpdate(PersistentVolume item, PersistentVolume old) =>
        [.. Validate(item), .. PersistentVolumeValidation.Unchanged(item.Spec, old.Spec)];

    public override IEnumerable<string> Warnings(PersistentVolume item) => PersistentVolumeWarnings.Of(item);
}
