using Coppice.Objects.Meta;

namespace Coppice.Objects.Resource;

/// <summary>What the claims look like that are made for the pods that name it.</summary>
public sealed partial record ResourceClaimTemplate : KubernetesObject
{
    /// <summary>The claims; cannot be changed.</summary>
    [Field(2, Required = true)]
    public ResourceClaimTemplateSpec Spec { get; init => field = value ?? new(); } = new();
}

/// <summary>What the claims of a template look like.</summary>
public sealed partial record ResourceClaimTemplateSpec
{
    /// <summary>Labels and annotations that they get.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; init => field = value ?? new(); } = new();

    /// <summary>What they ask for.</summary>
    [Field(2, Required = true)]
    public ResourceClaimSpec Spec { get; init => field = value ?? new(); } = new();
}
