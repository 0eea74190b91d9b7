using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

/// <summary>Places a pod on a node.</summary>
public sealed partial record Binding : KubernetesObject
{
    /// <summary>The node.</summary>
    [Field(2, Required = true)]
    public ObjectReference Target { get; init => field = value ?? new(); } = new();
}
