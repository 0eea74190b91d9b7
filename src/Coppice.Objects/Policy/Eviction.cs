using Coppice.Objects.Meta;

namespace Coppice.Objects.Policy;

public sealed record Eviction : KubernetesObject
{
    [Field(2)]
    public DeleteOptions? DeleteOptions { get; init; }
}
