using System.Text.Json.Serialization;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

/// <summary>A container's user, groups and rights; they come before the pod's.</summary>
public sealed partial record SecurityContext
{
    /// <summary>Rights of the superuser to add and to take away.</summary>
    [Field(1)]
    public Capabilities? Capabilities { get; init; }

    /// <summary>Runs with all rights of the node's superuser; false by default.</summary>
    [Field(2)]
    public bool? Privileged { get; init; }

    /// <summary>SELinux labels of its processes.</summary>
    [Field(3)]
    public SELinuxOptions? SeLinuxOptions { get; init; }

    /// <summary>Settings for Windows.</summary>
    [Field(10)]
    public WindowsSecurityContextOptions? WindowsOptions { get; init; }

    /// <summary>The user id that it starts with.</summary>
    [Field(4)]
    public long? RunAsUser { get; init; }

    /// <summary>The group id that it starts with.</summary>
    [Field(8)]
    public long? RunAsGroup { get; init; }

    /// <summary>Refuses to start it as user 0.</summary>
    [Field(5)]
    public bool? RunAsNonRoot { get; init; }

    /// <summary>Its own file system cannot be written to; false by default.</summary>
    [Field(6)]
    public bool? ReadOnlyRootFilesystem { get; init; }

    /// <summary>Whether a process may gain more rights than the one that started it; true by default.</summary>
    [Field(7)]
    public bool? AllowPrivilegeEscalation { get; init; }

    /// <summary>How /proc is shown: Default hides some of it, Unmasked nothing.</summary>
    [Field(9, Pointer = true)]
    public string? ProcMount { get; init; }

    /// <summary>Which system calls are allowed.</summary>
    [Field(11)]
    public SeccompProfile? SeccompProfile { get; init; }

    /// <summary>The AppArmor profile that it runs under.</summary>
    [Field(12)]
    public AppArmorProfile? AppArmorProfile { get; init; }
}

/// <summary>Rights of the superuser, by their names without CAP_.</summary>
public sealed partial record Capabilities
{
    /// <summary>Rights to add to the runtime's usual ones.</summary>
    [Field(1)]
    public ValueList<string> Add { get; init; }

    /// <summary>Rights to take away; ALL takes every one.</summary>
    [Field(2)]
    public ValueList<string> Drop { get; init; }
}

/// <summary>The parts of an SELinux label.</summary>
public sealed partial record SELinuxOptions
{
    /// <summary>The user part.</summary>
    [Field(1)]
    public string? User { get; init; }

    /// <summary>The role part.</summary>
    [Field(2)]
    public string? Role { get; init; }

    /// <summary>The type part.</summary>
    [Field(3)]
    public string? Type { get; init; }

    /// <summary>The level part.</summary>
    [Field(4)]
    public string? Level { get; init; }
}

/// <summary>Settings of a container on Windows.</summary>
public sealed partial record WindowsSecurityContextOptions
{
    /// <summary>The credential spec of a group-managed account, by name.</summary>
    [Field(1, Pointer = true)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? GmsaCredentialSpecName { get; init; }

    /// <summary>The credential spec itself.</summary>
    [Field(2, Pointer = true)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? GmsaCredentialSpec { get; init; }

    /// <summary>The Windows user that it starts as.</summary>
    [Field(3, Pointer = true)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? RunAsUserName { get; init; }

    /// <summary>Runs on the host itself; all containers of a pod must agree.</summary>
    [Field(4)]
    public bool? HostProcess { get; init; }
}

/// <summary>The values of ProcMountType.</summary>
public static class ProcMountType
{
    public const string Default = "Default";
    public const string Unmasked = "Unmasked";
}

/// <summary>Which system calls are allowed.</summary>
public sealed partial record SeccompProfile
{
    /// <summary>RuntimeDefault, Unconfined, or Localhost for a file of the node.</summary>
    [Field(1, Required = true)]
    public string Type { get; init => field = value ?? ""; } = "";

    /// <summary>The file, below the node's folder of profiles; only for Localhost.</summary>
    [Field(2, Pointer = true)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? LocalhostProfile { get; init; }
}

/// <summary>The values of SeccompProfileType.</summary>
public static class SeccompProfileType
{
    public const string Unconfined = "Unconfined";
    public const string RuntimeDefault = "RuntimeDefault";
    public const string Localhost = "Localhost";
}

/// <summary>What a process may reach, as AppArmor sees it.</summary>
public sealed partial record AppArmorProfile
{
    /// <summary>RuntimeDefault, Unconfined, or Localhost for a profile loaded on the node.</summary>
    [Field(1, Required = true)]
    public string Type { get; init => field = value ?? ""; } = "";

    /// <summary>The loaded profile's name; only for Localhost.</summary>
    [Field(2, Pointer = true)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? LocalhostProfile { get; init; }
}

/// <summary>The values of AppArmorProfileType.</summary>
public static class AppArmorProfileType
{
    public const string Unconfined = "Unconfined";
    public const string RuntimeDefault = "RuntimeDefault";
    public const string Localhost = "Localhost";
}
