using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

public sealed record ConfigMap : KubernetesObject
{
    [Field(4)]
    public bool? Immutable { get; init; }

    [Field(2)]
    public ValueMap<string> Data { get; init; }

    [Field(3)]
    public ValueMap<Base64Data> BinaryData { get; init; }
}
