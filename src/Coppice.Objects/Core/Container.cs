using System.Text.Json.Serialization;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

public sealed record Container
{
    [Field(1, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";

    [Field(2)]
    public string? Image { get; init; }

    [Field(3)]
    public ValueList<string> Command { get; init; }

    [Field(4)]
    public ValueList<string> Args { get; init; }

    [Field(5)]
    public string? WorkingDir { get; init; }

    [Field(6, MergeKey = "containerPort", List = ListType.Map, ListKeys = "containerPort,protocol")]
    public ValueList<ContainerPort> Ports { get; init; }

    [Field(19)]
    public ValueList<EnvFromSource> EnvFrom { get; init; }

    [Field(7, MergeKey = "name", List = ListType.Map, ListKeys = "name")]
    public ValueList<EnvVar> Env { get; init; }

    [Field(8)]
    public ResourceRequirements Resources { get; init => field = value ?? new(); } = new();

    [Field(23)]
    public ValueList<ContainerResizePolicy> ResizePolicy { get; init; }

    [Field(24)]
    public string? RestartPolicy { get; init; }

    [Field(25)]
    public ValueList<ContainerRestartRule> RestartPolicyRules { get; init; }

    [Field(9, MergeKey = "mountPath", List = ListType.Map, ListKeys = "mountPath")]
    public ValueList<VolumeMount> VolumeMounts { get; init; }

    [Field(21, MergeKey = "devicePath", List = ListType.Map, ListKeys = "devicePath")]
    public ValueList<VolumeDevice> VolumeDevices { get; init; }

    [Field(10)]
    public Probe? LivenessProbe { get; init; }

    [Field(11)]
    public Probe? ReadinessProbe { get; init; }

    [Field(22)]
    public Probe? StartupProbe { get; init; }

    [Field(12)]
    public Lifecycle? Lifecycle { get; init; }

    [Field(13)]
    public string? TerminationMessagePath { get; init; }

    [Field(20)]
    public string? TerminationMessagePolicy { get; init; }

    [Field(14)]
    public string? ImagePullPolicy { get; init; }

    [Field(15)]
    public SecurityContext? SecurityContext { get; init; }

    [Field(16)]
    public bool Stdin { get; init; }

    [Field(17)]
    public bool StdinOnce { get; init; }

    [Field(18)]
    public bool Tty { get; init; }
}

public sealed record ContainerPort
{
    [Field(1)]
    public string? Name { get; init; }

    [Field(2)]
    public int HostPort { get; init; }

    [Field(3, Required = true)]
    [JsonPropertyName("containerPort")]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int ContainerPortValue { get; init; }

    [Field(4, Default = "TCP")]
    public string? Protocol { get; init; }

    [Field(5)]
    public string? HostIP { get; init; }
}

/// <summary>The values of Protocol.</summary>
public static class Protocol
{
    public const string TCP = "TCP";
    public const string UDP = "UDP";
    public const string SCTP = "SCTP";
}

public sealed record EnvFromSource
{
    [Field(1)]
    public string? Prefix { get; init; }

    [Field(2)]
    public ConfigMapEnvSource? ConfigMapRef { get; init; }

    [Field(3)]
    public SecretEnvSource? SecretRef { get; init; }
}

public sealed record ConfigMapEnvSource
{
    [Field(1, Within = 1)]
    public string? Name { get; init; }

    [Field(2)]
    public bool? Optional { get; init; }
}

public sealed record SecretEnvSource
{
    [Field(1, Within = 1)]
    public string? Name { get; init; }

    [Field(2)]
    public bool? Optional { get; init; }
}

public sealed record ContainerResizePolicy
{
    [Field(1, Required = true)]
    public string ResourceName { get; init => field = value ?? ""; } = "";

    [Field(2, Required = true)]
    public string RestartPolicy { get; init => field = value ?? ""; } = "";
}

/// <summary>The values of ResourceName.</summary>
public static class ResourceName
{
    public const string Cpu = "cpu";
    public const string Memory = "memory";
    public const string Storage = "storage";
    public const string Ephemeralstorage = "ephemeral-storage";
    public const string Pods = "pods";
    public const string Services = "services";
    public const string Replicationcontrollers = "replicationcontrollers";
    public const string Resourcequotas = "resourcequotas";
    public const string Secrets = "secrets";
    public const string Configmaps = "configmaps";
    public const string Persistentvolumeclaims = "persistentvolumeclaims";
    public const string Servicesnodeports = "services.nodeports";
    public const string Servicesloadbalancers = "services.loadbalancers";
    public const string Requestscpu = "requests.cpu";
    public const string Requestsmemory = "requests.memory";
    public const string Requestsstorage = "requests.storage";
    public const string Requestsephemeralstorage = "requests.ephemeral-storage";
    public const string Limitscpu = "limits.cpu";
    public const string Limitsmemory = "limits.memory";
    public const string Limitsephemeralstorage = "limits.ephemeral-storage";
}

/// <summary>The values of ResourceResizeRestartPolicy.</summary>
public static class ResourceResizeRestartPolicy
{
    public const string NotRequired = "NotRequired";
    public const string RestartContainer = "RestartContainer";
}

/// <summary>The values of ContainerRestartPolicy.</summary>
public static class ContainerRestartPolicy
{
    public const string Always = "Always";
    public const string Never = "Never";
    public const string OnFailure = "OnFailure";
}

public sealed record ContainerRestartRule
{
    [Field(1, Required = true)]
    public string Action { get; init => field = value ?? ""; } = "";

    [Field(2)]
    public ContainerRestartRuleOnExitCodes? ExitCodes { get; init; }
}

/// <summary>The values of ContainerRestartRuleAction.</summary>
public static class ContainerRestartRuleAction
{
    public const string Restart = "Restart";
    public const string RestartAllContainers = "RestartAllContainers";
}

public sealed record ContainerRestartRuleOnExitCodes
{
    [Field(1, Required = true)]
    public string Operator { get; init => field = value ?? ""; } = "";

    [Field(2, List = ListType.Set)]
    public ValueList<int> Values { get; init; }
}

/// <summary>The values of ContainerRestartRuleOnExitCodesOperator.</summary>
public static class ContainerRestartRuleOnExitCodesOperator
{
    public const string In = "In";
    public const string NotIn = "NotIn";
}

public sealed record VolumeMount
{
    [Field(1, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";

    [Field(2)]
    public bool ReadOnly { get; init; }

    [Field(7)]
    public string? RecursiveReadOnly { get; init; }

    [Field(3, Required = true)]
    public string MountPath { get; init => field = value ?? ""; } = "";

    [Field(4)]
    public string? SubPath { get; init; }

    [Field(5)]
    public string? MountPropagation { get; init; }

    [Field(6)]
    public string? SubPathExpr { get; init; }
}

/// <summary>The values of RecursiveReadOnlyMode.</summary>
public static class RecursiveReadOnlyMode
{
    public const string Disabled = "Disabled";
    public const string IfPossible = "IfPossible";
    public const string Enabled = "Enabled";
}

/// <summary>The values of MountPropagationMode.</summary>
public static class MountPropagationMode
{
    public const string None = "None";
    public const string HostToContainer = "HostToContainer";
    public const string Bidirectional = "Bidirectional";
}

public sealed record VolumeDevice
{
    [Field(1, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";

    [Field(2, Required = true)]
    public string DevicePath { get; init => field = value ?? ""; } = "";
}

/// <summary>The values of TerminationMessagePolicy.</summary>
public static class TerminationMessagePolicy
{
    public const string File = "File";
    public const string FallbackToLogsOnError = "FallbackToLogsOnError";
}

/// <summary>The values of PullPolicy.</summary>
public static class PullPolicy
{
    public const string Always = "Always";
    public const string Never = "Never";
    public const string IfNotPresent = "IfNotPresent";
}
