using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

/// <summary>A Quobyte volume.</summary>
public sealed partial record QuobyteVolumeSource
{
    /// <summary>Addresses of the registry, separated by commas.</summary>
    [Field(1, Required = true)]
    public string Registry { get; init => field = value ?? ""; } = "";

    /// <summary>The volume.</summary>
    [Field(2, Required = true)]
    public string Volume { get; init => field = value ?? ""; } = "";

    /// <summary>It cannot be written to.</summary>
    [Field(3)]
    public bool ReadOnly { get; init; }

    /// <summary>Who mounts it.</summary>
    [Field(4)]
    public string? User { get; init; }

    /// <summary>The group that it is mounted as.</summary>
    [Field(5)]
    public string? Group { get; init; }

    /// <summary>The tenant that owns it.</summary>
    [Field(6)]
    public string? Tenant { get; init; }
}
