using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

/// <summary>Settings for pods, as variables or files; not for secrets.</summary>
public sealed partial record ConfigMap : KubernetesObject
{
    /// <summary>True forbids any later change of the data, for good.</summary>
    [Field(4)]
    public bool? Immutable { get; init; }

    /// <summary>Texts by key.</summary>
    [Field(2)]
    public ValueMap<string> Data { get; init; }

    /// <summary>Bytes by key, in base64; no key is in both maps.</summary>
    [Field(3)]
    public ValueMap<Base64Data> BinaryData { get; init; }
}
