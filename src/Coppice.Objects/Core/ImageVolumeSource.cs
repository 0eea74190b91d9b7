using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

/// <summary>The files of an image, read-only.</summary>
public sealed partial record ImageVolumeSource
{
    /// <summary>The image.</summary>
    [Field(1)]
    public string? Reference { get; init; }

    /// <summary>When it is fetched: Always, IfNotPresent or Never.</summary>
    [Field(2)]
    public string? PullPolicy { get; init; }
}
