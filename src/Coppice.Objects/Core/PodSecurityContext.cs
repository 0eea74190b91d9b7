using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

public sealed record PodSecurityContext
{
    [Field(1)]
    public SELinuxOptions? SeLinuxOptions { get; init; }

    [Field(8)]
    public WindowsSecurityContextOptions? WindowsOptions { get; init; }

    [Field(2)]
    public long? RunAsUser { get; init; }

    [Field(6)]
    public long? RunAsGroup { get; init; }

    [Field(3)]
    public bool? RunAsNonRoot { get; init; }

    [Field(4)]
    public ValueList<long> SupplementalGroups { get; init; }

    [Field(12)]
    public string? SupplementalGroupsPolicy { get; init; }

    [Field(5)]
    public long? FsGroup { get; init; }

    [Field(7)]
    public ValueList<Sysctl> Sysctls { get; init; }

    [Field(9)]
    public string? FsGroupChangePolicy { get; init; }

    [Field(10)]
    public SeccompProfile? SeccompProfile { get; init; }

    [Field(11)]
    public AppArmorProfile? AppArmorProfile { get; init; }

    [Field(13)]
    public string? SeLinuxChangePolicy { get; init; }
}

/// <summary>The values of SupplementalGroupsPolicy.</summary>
public static class SupplementalGroupsPolicy
{
    public const string Merge = "Merge";
    public const string Strict = "Strict";
}

public sealed record Sysctl
{
    [Field(1, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";

    [Field(2, Required = true)]
    public string Value { get; init => field = value ?? ""; } = "";
}

/// <summary>The values of PodFSGroupChangePolicy.</summary>
public static class PodFSGroupChangePolicy
{
    public const string OnRootMismatch = "OnRootMismatch";
    public const string Always = "Always";
}

/// <summary>The values of PodSELinuxChangePolicy.</summary>
public static class PodSELinuxChangePolicy
{
    public const string Recursive = "Recursive";
    public const string MountOption = "MountOption";
}
