using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

public sealed record Binding : KubernetesObject
{
    [Field(2, Required = true)]
    public ObjectReference Target { get; init => field = value ?? new(); } = new();
}
