using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

/// <summary>Users, groups and kernel settings of a pod; a container's own settings come first.</summary>
public sealed partial record PodSecurityContext
{
    /// <summary>SELinux labels of the containers.</summary>
    [Field(1)]
    public SELinuxOptions? SeLinuxOptions { get; init; }

    /// <summary>Settings for Windows.</summary>
    [Field(8)]
    public WindowsSecurityContextOptions? WindowsOptions { get; init; }

    /// <summary>The user id that processes start with; the image's where it is absent.</summary>
    [Field(2)]
    public long? RunAsUser { get; init; }

    /// <summary>The group id that processes start with; the image's where it is absent.</summary>
    [Field(6)]
    public long? RunAsGroup { get; init; }

    /// <summary>Refuses to start a container that would run as user 0.</summary>
    [Field(3)]
    public bool? RunAsNonRoot { get; init; }

    /// <summary>Further groups of each container's first process.</summary>
    [Field(4)]
    public ValueList<long> SupplementalGroups { get; init; }

    /// <summary>Whether the image's groups count too (Merge, the default), or only those named here (Strict).</summary>
    [Field(12, Pointer = true)]
    public string? SupplementalGroupsPolicy { get; init; }

    /// <summary>The group that owns the volumes' files, and that every container is in.</summary>
    [Field(5)]
    public long? FsGroup { get; init; }

    /// <summary>Kernel parameters of the pod's namespaces.</summary>
    [Field(7)]
    public ValueList<Sysctl> Sysctls { get; init; }

    /// <summary>
    /// Whether a volume's files change owner at each mount (Always, the default), or only when its top is not right (OnRootMismatch).
    /// </summary>
    [Field(9, Pointer = true)]
    public string? FsGroupChangePolicy { get; init; }

    /// <summary>Which system calls are allowed.</summary>
    [Field(10)]
    public SeccompProfile? SeccompProfile { get; init; }

    /// <summary>The AppArmor profile that processes run under.</summary>
    [Field(11)]
    public AppArmorProfile? AppArmorProfile { get; init; }

    /// <summary>How volumes get their SELinux label: file by file (Recursive), or with the mount (MountOption).</summary>
    [Field(13, Pointer = true)]
    public string? SeLinuxChangePolicy { get; init; }
}

/// <summary>The values of SupplementalGroupsPolicy.</summary>
public static class SupplementalGroupsPolicy
{
    public const string Merge = "Merge";
    public const string Strict = "Strict";
}

/// <summary>A kernel parameter.</summary>
public sealed partial record Sysctl
{
    /// <summary>Its name, with dots.</summary>
    [Field(1, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>What it is set to.</summary>
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
