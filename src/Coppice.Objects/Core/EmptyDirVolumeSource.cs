using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

/// <summary>A directory that is empty at first and lives as long as the pod.</summary>
public sealed partial record EmptyDirVolumeSource
{
    /// <summary>Memory keeps it in memory; empty on the node's disk.</summary>
    [Field(1)]
    public string? Medium { get; init; }

    /// <summary>How large it may grow before the pod is evicted.</summary>
    [Field(2)]
    public Quantity? SizeLimit { get; init; }
}

/// <summary>The values of StorageMedium.</summary>
public static class StorageMedium
{
    public const string None = "";
    public const string Memory = "Memory";
    public const string HugePages = "HugePages";
    public const string HugePagesPrefix = "HugePages-";
}
