using Coppice.Objects.Core;

namespace Coppice.Node.Pressure;

/// <summary>Something that a node may get short of, under the kubelet's names.</summary>
/// <param name="Name">In thresholds and metrics.</param>
/// <param name="Resource">In messages.</param>
/// <param name="Condition">Of the node that is short of it.</param>
public sealed record EvictionSignal(string Name, string Resource, string Condition)
{
    private const string Inodes = "inodes";

    public static readonly EvictionSignal Memory = new("memory.available", ResourceName.Memory, NodeConditionType.MemoryPressure);

    /// <summary>The file system of the data directory, which pods' volumes and logs are on.</summary>
    public static readonly EvictionSignal NodeDisk = new("nodefs.available", ResourceName.Ephemeralstorage, NodeConditionType.DiskPressure);

    public static readonly EvictionSignal NodeInodes = new("nodefs.inodesFree", Inodes, NodeConditionType.DiskPressure);

    /// <summary>The file system of images and of what containers write to their own files, where that is another.</summary>
    public static readonly EvictionSignal ImageDisk = new("imagefs.available", ResourceName.Ephemeralstorage, NodeConditionType.DiskPressure);

    public static readonly EvictionSignal ImageInodes = new("imagefs.inodesFree", Inodes, NodeConditionType.DiskPressure);

    /// <summary>Processes, threads counted.</summary>
    public static readonly EvictionSignal Processes = new("pid.available", "pids", NodeConditionType.PIDPressure);

    public bool IsOfDisk => Condition == NodeConditionType.DiskPressure;

    public bool IsOfInodes => Resource == Inodes;

    public bool IsOfImages => this == ImageDisk || this == ImageInodes;
}

/// <summary>How much there is of something, and how much is left: bytes, inodes or processes.</summary>
public sealed record SignalReading(EvictionSignal Signal, long Available, long Capacity);
