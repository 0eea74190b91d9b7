using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

/// <summary>A key of a ConfigMap in the same namespace.</summary>
[AtomicObject]
public sealed partial record ConfigMapKeySelector
{
    /// <summary>The ConfigMap's name.</summary>
    [Field(1, Within = 1)]
    public string? Name { get; init; }

    /// <summary>The key.</summary>
    [Field(2, Required = true)]
    public string Key { get; init => field = value ?? ""; } = "";

    /// <summary>Whether the ConfigMap or its key may be missing.</summary>
    [Field(3)]
    public bool? Optional { get; init; }
}
