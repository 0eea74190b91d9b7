using Coppice.Objects.Meta;

namespace Coppice.Objects.Policy;

/// <summary>Asks a pod to go, unless too few like it would be left.</summary>
public sealed partial record Eviction : KubernetesObject
{
    /// <summary>How it is to be deleted.</summary>
    [Field(2)]
    public DeleteOptions? DeleteOptions { get; init; }
}
