using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

public sealed record EphemeralVolumeSource
{
    [Field(1)]
    public PersistentVolumeClaimTemplate? VolumeClaimTemplate { get; init; }
}

public sealed record PersistentVolumeClaimTemplate
{
    [Field(1)]
    public ObjectMeta Metadata { get; init => field = value ?? new(); } = new();

    [Field(2, Required = true)]
    public PersistentVolumeClaimSpec Spec { get; init => field = value ?? new(); } = new();
}
