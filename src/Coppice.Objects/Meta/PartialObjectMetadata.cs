namespace Coppice.Objects.Meta;

/// <summary>Any object, of which only the metadata is told.</summary>
public sealed record PartialObjectMetadata : KubernetesObject;
