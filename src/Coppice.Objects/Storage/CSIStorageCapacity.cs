using Coppice.Objects.Meta;

namespace Coppice.Objects.Storage;

/// <summary>How much room there is for volumes of a class in a part of the cluster.</summary>
public sealed partial record CSIStorageCapacity : KubernetesObject
{
    /// <summary>The nodes that it is about; none where it is absent, all where it is empty. Cannot be changed.</summary>
    [Field(2)]
    public LabelSelector? NodeTopology { get; init; }

    /// <summary>The class of volumes; cannot be changed.</summary>
    [Field(3, Required = true)]
    public string StorageClassName { get; init => field = value ?? ""; } = "";

    /// <summary>How much room there is in all.</summary>
    [Field(4)]
    public Quantity? Capacity { get; init; }

    /// <summary>The largest volume that can be made.</summary>
    [Field(5)]
    public Quantity? MaximumVolumeSize { get; init; }
}
