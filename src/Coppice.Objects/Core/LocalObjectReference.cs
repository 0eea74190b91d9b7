using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

/// <summary>An object of a known kind in the same namespace.</summary>
[AtomicObject]
public sealed partial record LocalObjectReference
{
    /// <summary>Its name.</summary>
    [Field(1)]
    public string? Name { get; init; }
}
