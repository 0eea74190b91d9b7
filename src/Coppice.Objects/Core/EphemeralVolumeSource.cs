using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

/// <summary>A claim that is made for the pod and goes with it.</summary>
public sealed partial record EphemeralVolumeSource
{
    /// <summary>What the claim is made from; its name is the pod's and the volume's.</summary>
    [Field(1)]
    public PersistentVolumeClaimTemplate? VolumeClaimTemplate { get; init; }
}

/// <summary>What a claim is made from.</summary>
public sealed partial record PersistentVolumeClaimTemplate
{
    /// <summary>Labels and annotations that the claim gets.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; init => field = value ?? new(); } = new();

    /// <summary>The claim's spec.</summary>
    [Field(2, Required = true)]
    public PersistentVolumeClaimSpec Spec { get; init => field = value ?? new(); } = new();
}
