using System.Text.Json.Serialization;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

public sealed record SecurityContext
{
    [Field(1)]
    public Capabilities? Capabilities { get; init; }

    [Field(2)]
    public bool? Privileged { get; init; }

    [Field(3)]
    public SELinuxOptions? SeLinuxOptions { get; init; }

    [Field(10)]
    public WindowsSecurityContextOptions? WindowsOptions { get; init; }

    [Field(4)]
    public long? RunAsUser { get; init; }

    [Field(8)]
    public long? RunAsGroup { get; init; }

    [Field(5)]
    public bool? RunAsNonRoot { get; init; }

    [Field(6)]
    public bool? ReadOnlyRootFilesystem { get; init; }

    [Field(7)]
    public bool? AllowPrivilegeEscalation { get; init; }

    [Field(9)]
    public string? ProcMount { get; init; }

    [Field(11)]
    public SeccompProfile? SeccompProfile { get; init; }

    [Field(12)]
    public AppArmorProfile? AppArmorProfile { get; init; }
}

public sealed record Capabilities
{
    [Field(1)]
    public ValueList<string> Add { get; init; }

    [Field(2)]
    public ValueList<string> Drop { get; init; }
}

public sealed record SELinuxOptions
{
    [Field(1)]
    public string? User { get; init; }

    [Field(2)]
    public string? Role { get; init; }

    [Field(3)]
    public string? Type { get; init; }

    [Field(4)]
    public string? Level { get; init; }
}

public sealed record WindowsSecurityContextOptions
{
    [Field(1)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? GmsaCredentialSpecName { get; init; }

    [Field(2)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? GmsaCredentialSpec { get; init; }

    [Field(3)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? RunAsUserName { get; init; }

    [Field(4)]
    public bool? HostProcess { get; init; }
}

/// <summary>The values of ProcMountType.</summary>
public static class ProcMountType
{
    public const string Default = "Default";
    public const string Unmasked = "Unmasked";
}

public sealed record SeccompProfile
{
    [Field(1, Required = true)]
    public string Type { get; init => field = value ?? ""; } = "";

    [Field(2)]
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

public sealed record AppArmorProfile
{
    [Field(1, Required = true)]
    public string Type { get; init => field = value ?? ""; } = "";

    [Field(2)]
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
