using Coppice.ApiServer.Validation;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Kinds.Core;

/// <summary>The defaults of volumes: file modes, an empty directory where no source is named, the lifetime of tokens.</summary>
internal static class VolumeDefaults
{
    /// <summary>0644 in octal.</summary>
    private const int FileMode = 420;

    private const long TokenSeconds = 3600;

    public static Volume Default(Volume volume)
    {
        // What pods are given by us says everything.
        if (ReferenceEquals(volume.Projected, TokenAccess.Source))
        {
            return volume;
        }

        // A volume without a source has nothing but its name.
        if (volume == new Volume { Name = volume.Name })
        {
            return volume with { EmptyDir = new() };
        }

        return volume with
        {
            HostPath = volume.HostPath is { } path ? path with { Type = path.Type ?? HostPathType.None } : null,
            Secret = volume.Secret is { } secret ? secret with { DefaultMode = secret.DefaultMode ?? FileMode } : null,
            ConfigMap = volume.ConfigMap is { } map ? map with { DefaultMode = map.DefaultMode ?? FileMode } : null,
            DownwardAPI = volume.DownwardAPI is { } downward
                ? downward with { DefaultMode = downward.DefaultMode ?? FileMode, Items = Default(downward.Items) }
                : null,
            Projected = volume.Projected is { } projected ? Default(projected) : null,
            Ephemeral = volume.Ephemeral is { VolumeClaimTemplate: { } claim } ephemeral
                ? ephemeral with { VolumeClaimTemplate = claim with { Spec = PersistentVolumeClaimStrategy.Default(claim.Spec) } }
                : volume.Ephemeral,
            Image = volume.Image is { } image ? image with { PullPolicy = image.PullPolicy ?? ImagePull.DefaultPolicy(image.Reference) } : null,
            Iscsi = volume.Iscsi is { } iscsi ? iscsi with { IscsiInterface = iscsi.IscsiInterface ?? "default" } : null,
            Rbd = volume.Rbd is { } rbd
                ? rbd with { Pool = rbd.Pool ?? "rbd", User = rbd.User ?? "admin", Keyring = rbd.Keyring ?? "/etc/ceph/keyring" }
                : null,
            ScaleIO = volume.ScaleIO is { } scale
                ? scale with { StorageMode = scale.StorageMode ?? "ThinProvisioned", FsType = scale.FsType ?? "xfs" }
                : null,
            AzureDisk = volume.AzureDisk is { } disk ? Default(disk) : null,
        };
    }

    public static ObjectFieldSelector? Default(ObjectFieldSelector? field) =>
        field is { ApiVersion: null } ? field with { ApiVersion = "v1" } : field;

    public static AzureDiskVolumeSource Default(AzureDiskVolumeSource disk) => disk with
    {
        CachingMode = disk.CachingMode ?? AzureDataDiskCachingMode.ReadWrite,
        Kind = disk.Kind ?? AzureDataDiskKind.Shared,
        FsType = disk.FsType ?? "ext4",
        ReadOnly = disk.ReadOnly ?? false,
    };

    private static ProjectedVolumeSource Default(ProjectedVolumeSource projected) => projected with
    {
        DefaultMode = projected.DefaultMode ?? FileMode,
        Sources = projected.Sources.ConvertAll(source => source with
        {
            ServiceAccountToken = source.ServiceAccountToken is { } token ? token with { ExpirationSeconds = token.ExpirationSeconds ?? TokenSeconds } : null,
            DownwardAPI = source.DownwardAPI is { } downward ? downward with { Items = Default(downward.Items) } : null,
        }),
    };

    private static ValueList<DownwardAPIVolumeFile> Default(ValueList<DownwardAPIVolumeFile> items) =>
        items.ConvertAll(i => i with { FieldRef = Default(i.FieldRef) });
}
