using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

/// <summary>A Flocker data set.</summary>
public sealed partial record FlockerVolumeSource
{
    /// <summary>Its name.</summary>
    [Field(1)]
    public string? DatasetName { get; init; }

    /// <summary>Its identity, instead of the name.</summary>
    [Field(2)]
    public string? DatasetUUID { get; init; }
}
