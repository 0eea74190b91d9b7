namespace Coppice.Objects.Meta;

/// <summary>Any object, of which only the metadata is told.</summary>
public sealed partial record PartialObjectMetadata : KubernetesObject;
