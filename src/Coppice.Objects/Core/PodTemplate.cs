namespace Coppice.Objects.Core;

/// <summary>A template for pods that is kept by itself.</summary>
public sealed partial record PodTemplate : KubernetesObject
{
    /// <summary>What pods are made from.</summary>
    [Field(2)]
    public PodTemplateSpec Template { get; init => field = value ?? new(); } = new();
}
