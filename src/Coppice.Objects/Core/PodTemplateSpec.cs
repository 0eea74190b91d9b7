using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

/// <summary>What a controller makes pods from.</summary>
public sealed partial record PodTemplateSpec
{
    /// <summary>Labels and annotations that the pods get.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; init => field = value ?? new(); } = new();

    /// <summary>The pods' spec.</summary>
    [Field(2)]
    public PodSpec Spec { get; init => field = value ?? new(); } = new();
}
