using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

public sealed record EmptyDirVolumeSource
{
    [Field(1)]
    public string? Medium { get; init; }

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
