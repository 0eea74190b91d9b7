namespace Coppice.Scheduler;

/// <summary>What can happen in a cluster that may let a pod fit that did not fit before.</summary>
[Flags]
internal enum ClusterEvents
{
    None = 0,
    NodeAdded = 1,
    NodeGone = 2,

    /// <summary>What a node can give away.</summary>
    NodeResources = 4,
    NodeLabels = 8,

    /// <summary>Taints, or whether it is cordoned.</summary>
    NodeTaints = 16,

    /// <summary>Deleted, ended, or not bound after all.</summary>
    PodGone = 32,

    /// <summary>Assigned to a node, or an assigned one's labels changed.</summary>
    PodAssigned = 64,
    NamespaceLabels = 128,

    /// <summary>An assigned one needs less than it did: it was resized, or its resize is done.</summary>
    PodScaledDown = 256,

    /// <summary>A volume, a class of them, or what a node may have of them came, went or changed.</summary>
    Storage = 512,

    /// <summary>Something is gone from a node that gave or kept room there, and the waiting pod would now have room.</summary>
    RoomLeft = 1024,

    /// <summary>A claim of devices, a class or the devices themselves came, went or changed.</summary>
    Devices = 2048,

    /// <summary>A claim of volumes that the waiting pod uses came, went or changed.</summary>
    Claim = 4096,

    /// <summary>Something is gone from a node that used a claim of volumes which the waiting pod uses, too.</summary>
    ClaimLeft = 8192,
}
