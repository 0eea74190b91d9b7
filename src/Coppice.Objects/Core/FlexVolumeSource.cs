using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

/// <summary>A volume that a program on the node mounts.</summary>
public sealed partial record FlexVolumeSource
{
    /// <summary>The program.</summary>
    [Field(1, Required = true)]
    public string Driver { get; init => field = value ?? ""; } = "";

    /// <summary>Its file system; the program's choice where it is absent.</summary>
    [Field(2)]
    public string? FsType { get; init; }

    /// <summary>A Secret that is handed to the program.</summary>
    [Field(3)]
    public LocalObjectReference? SecretRef { get; init; }

    /// <summary>It cannot be written to.</summary>
    [Field(4)]
    public bool ReadOnly { get; init; }

    /// <summary>Settings that the program knows.</summary>
    [Field(5)]
    public ValueMap<string> Options { get; init; }
}
