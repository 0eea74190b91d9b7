using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

/// <summary>The volume that a claim has got.</summary>
public sealed partial record PersistentVolumeClaimVolumeSource
{
    /// <summary>The claim, in the pod's namespace.</summary>
    [Field(1, Required = true)]
    public string ClaimName { get; init => field = value ?? ""; } = "";

    /// <summary>It cannot be written to.</summary>
    [Field(2)]
    public bool ReadOnly { get; init; }
}
