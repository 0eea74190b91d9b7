using System.Text.Json.Serialization;

namespace Coppice.Objects.Storage;

/// <summary>The drivers of volumes that a node has. Its name is the node's.</summary>
public sealed partial record CSINode : KubernetesObject
{
    /// <summary>The drivers.</summary>
    [Field(2, Required = true)]
    public CSINodeSpec Spec { get; init => field = value ?? new(); } = new();
}

/// <summary>The drivers of volumes that a node has.</summary>
public sealed partial record CSINodeSpec
{
    /// <summary>The drivers; one that goes takes its entry with it.</summary>
    [Field(1, Required = true, MergeKey = "name", List = ListType.Map, ListKeys = "name")]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public ValueList<CSINodeDriver> Drivers { get; init; }
}

/// <summary>A driver of volumes on a node.</summary>
public sealed partial record CSINodeDriver
{
    /// <summary>The driver.</summary>
    [Field(1, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>The driver's name for the node.</summary>
    [Field(2, Required = true)]
    public string NodeID { get; init => field = value ?? ""; } = "";

    /// <summary>The labels of nodes that tell where a volume can be reached.</summary>
    [Field(3)]
    public ValueList<string> TopologyKeys { get; init; }

    /// <summary>How many volumes of the driver the node may have.</summary>
    [Field(4)]
    public VolumeNodeResources? Allocatable { get; init; }
}

/// <summary>How many volumes a node may have.</summary>
public sealed partial record VolumeNodeResources
{
    /// <summary>How many; any number where it is absent.</summary>
    [Field(1)]
    public int? Count { get; init; }
}
