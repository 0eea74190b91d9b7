using Coppice.Node.LocalVolumes;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Scheduling;
using Coppice.Objects.Storage;

namespace Coppice.Simulation.World;

/// <summary>The classes of the simulated world: how important pods are, and where volumes come from.</summary>
internal static class Classes
{
    /// <summary>For what should run whatever happens to others.</summary>
    public const string Vital = "vital";

    /// <summary>For what is bound to its node.</summary>
    public const string Steady = "steady";

    /// <summary>For what can wait.</summary>
    public const string Meek = "meek";

    /// <summary>Volumes on the machine's own disk, made when a pod needs them.</summary>
    public const string Local = "local";

    /// <summary>Volumes that users put there for whoever asks first, and that are reached from every machine.</summary>
    public const string Shelf = "shelf";

    public static IReadOnlyList<KubernetesObject> All { get; } =
    [
        Priority(Vital, 1000),
        Priority(Steady, 500),
        Priority(Meek, -10),
        Storage(Local, LocalProvisioner.Name, PersistentVolumeReclaimPolicy.Delete, VolumeBindingMode.WaitForFirstConsumer),
        Storage(Shelf, VolumeBinding.NoProvisioner, PersistentVolumeReclaimPolicy.Retain, VolumeBindingMode.Immediate),
    ];

    public static PersistentVolumeClaim Claim(string name, string storageClass) => new()
    {
        ApiVersion = "v1",
        Kind = "PersistentVolumeClaim",
        Metadata = new() { Name = name },
        Spec = new()
        {
            AccessModes = [PersistentVolumeAccessMode.ReadWriteOnce],
            StorageClassName = storageClass,
            Resources = new() { Requests = ValueMap.Of((ResourceName.Storage, Quantity.Parse("1Gi"))) },
        },
    };

    /// <summary>A volume on the shelf.</summary>
    public static PersistentVolume Volume(string name) => new()
    {
        ApiVersion = "v1",
        Kind = "PersistentVolume",
        Metadata = new() { Name = name },
        Spec = new()
        {
            AccessModes = [PersistentVolumeAccessMode.ReadWriteOnce],
            Capacity = ValueMap.Of((ResourceName.Storage, Quantity.Parse("1Gi"))),
            HostPath = new() { Path = $"/nowhere/{name}" },
            PersistentVolumeReclaimPolicy = PersistentVolumeReclaimPolicy.Retain,
            StorageClassName = Shelf,
        },
    };

    private static PriorityClass Priority(string name, int value) => new()
    {
        ApiVersion = "scheduling.k8s.io/v1",
        Kind = "PriorityClass",
        Metadata = new() { Name = name },
        Value = value,
    };

    private static StorageClass Storage(string name, string provisioner, string reclaim, string mode) => new()
    {
        ApiVersion = "storage.k8s.io/v1",
        Kind = "StorageClass",
        Metadata = new() { Name = name },
        Provisioner = provisioner,
        ReclaimPolicy = reclaim,
        VolumeBindingMode = mode,
        AllowVolumeExpansion = provisioner == LocalProvisioner.Name ? true : null,
    };
}
