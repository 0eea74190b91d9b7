using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

/// <summary>Points to an object, or to a part of it.</summary>
[AtomicObject]
public sealed partial record ObjectReference
{
    /// <summary>Its kind.</summary>
    [Field(1)]
    public string? Kind { get; init; }

    /// <summary>Its namespace.</summary>
    [Field(2)]
    public string? Namespace { get; init; }

    /// <summary>Its name.</summary>
    [Field(3)]
    public string? Name { get; init; }

    /// <summary>Its uid.</summary>
    [Field(4)]
    public string? Uid { get; init; }

    /// <summary>Group and version of its kind.</summary>
    [Field(5)]
    public string? ApiVersion { get; init; }

    /// <summary>The revision that is meant.</summary>
    [Field(6)]
    public string? ResourceVersion { get; init; }

    /// <summary>The part that is meant, such as spec.containers{web}.</summary>
    [Field(7)]
    public string? FieldPath { get; init; }
}
