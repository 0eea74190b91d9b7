using System.Text.Json.Serialization;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

/// <summary>A program to run, from an image.</summary>
public sealed partial record Container
{
    /// <summary>What it is called within the pod; a DNS label.</summary>
    [Field(1, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>The image to run, such as nginx:1.27.</summary>
    [Field(2)]
    public string? Image { get; init; }

    /// <summary>Replaces the image's entrypoint; $(NAME) stands for a variable of env.</summary>
    [Field(3)]
    public ValueList<string> Command { get; init; }

    /// <summary>Replaces the image's arguments; $(NAME) stands for a variable of env.</summary>
    [Field(4)]
    public ValueList<string> Args { get; init; }

    /// <summary>Where it starts; the image's directory where it is empty.</summary>
    [Field(5)]
    public string? WorkingDir { get; init; }

    /// <summary>Ports that it listens on; they are reachable whether named here or not.</summary>
    [Field(6, MergeKey = "containerPort", List = ListType.Map, ListKeys = "containerPort,protocol")]
    public ValueList<ContainerPort> Ports { get; init; }

    /// <summary>Maps and secrets whose every key becomes a variable; env comes first.</summary>
    [Field(19)]
    public ValueList<EnvFromSource> EnvFrom { get; init; }

    /// <summary>Variables of its environment.</summary>
    [Field(7, MergeKey = "name", List = ListType.Map, ListKeys = "name")]
    public ValueList<EnvVar> Env { get; init; }

    /// <summary>CPU, memory and other resources that it needs and may use.</summary>
    [Field(8)]
    public ResourceRequirements Resources { get; init => field = value ?? Absent<ResourceRequirements>.Value; } = Absent<ResourceRequirements>.Value;

    /// <summary>Whether it must restart when a resource of it is changed.</summary>
    [Field(23)]
    public ValueList<ContainerResizePolicy> ResizePolicy { get; init; }

    /// <summary>For an init container, Always makes it run beside the others; otherwise when this one container restarts.</summary>
    [Field(24, Pointer = true)]
    public string? RestartPolicy { get; init; }

    /// <summary>Exceptions from restartPolicy by exit code; the first that fits counts.</summary>
    [Field(25)]
    public ValueList<ContainerRestartRule> RestartPolicyRules { get; init; }

    /// <summary>Where the pod's volumes appear in its file system.</summary>
    [Field(9, MergeKey = "mountPath", List = ListType.Map, ListKeys = "mountPath")]
    public ValueList<VolumeMount> VolumeMounts { get; init; }

    /// <summary>Where the pod's block volumes appear as devices.</summary>
    [Field(21, MergeKey = "devicePath", List = ListType.Map, ListKeys = "devicePath")]
    public ValueList<VolumeDevice> VolumeDevices { get; init; }

    /// <summary>Restarts it when it no longer answers.</summary>
    [Field(10)]
    public Probe? LivenessProbe { get; init; }

    /// <summary>Keeps it out of services while it does not answer.</summary>
    [Field(11)]
    public Probe? ReadinessProbe { get; init; }

    /// <summary>Holds the other probes back until it has answered once.</summary>
    [Field(22)]
    public Probe? StartupProbe { get; init; }

    /// <summary>What to do right after its start and before its stop.</summary>
    [Field(12)]
    public Lifecycle? Lifecycle { get; init; }

    /// <summary>The file that it may leave its last words in; /dev/termination-log by default.</summary>
    [Field(13)]
    public string? TerminationMessagePath { get; init; }

    /// <summary>Where last words come from: File (the default), or FallbackToLogsOnError.</summary>
    [Field(20)]
    public string? TerminationMessagePolicy { get; init; }

    /// <summary>When the image is fetched: Always, IfNotPresent or Never; Always by default for the tag latest.</summary>
    [Field(14)]
    public string? ImagePullPolicy { get; init; }

    /// <summary>Its user, groups and rights.</summary>
    [Field(15)]
    public SecurityContext? SecurityContext { get; init; }

    /// <summary>Keeps a standard input open for it.</summary>
    [Field(16)]
    public bool Stdin { get; init; }

    /// <summary>Closes the standard input when the first client that attached to it leaves.</summary>
    [Field(17)]
    public bool StdinOnce { get; init; }

    /// <summary>Gives it a terminal; needs stdin.</summary>
    [Field(18)]
    public bool Tty { get; init; }
}

/// <summary>A port that a container listens on.</summary>
public sealed partial record ContainerPort
{
    /// <summary>By which services and probes may refer to it.</summary>
    [Field(1)]
    public string? Name { get; init; }

    /// <summary>Opens this port of the node too; 0 opens none.</summary>
    [Field(2)]
    public int HostPort { get; init; }

    /// <summary>The number, 1 to 65535.</summary>
    [Field(3, Required = true)]
    [JsonPropertyName("containerPort")]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int ContainerPortValue { get; init; }

    /// <summary>TCP (the default), UDP or SCTP.</summary>
    [Field(4, Default = "TCP")]
    public string? Protocol { get; init; }

    /// <summary>The node's address that hostPort is bound to; all of them where it is empty.</summary>
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

/// <summary>Something whose every key becomes a variable.</summary>
public sealed partial record EnvFromSource
{
    /// <summary>Put before each name.</summary>
    [Field(1)]
    public string? Prefix { get; init; }

    /// <summary>The ConfigMap to take them from.</summary>
    [Field(2)]
    public ConfigMapEnvSource? ConfigMapRef { get; init; }

    /// <summary>The Secret to take them from.</summary>
    [Field(3)]
    public SecretEnvSource? SecretRef { get; init; }
}

/// <summary>A ConfigMap to take variables from.</summary>
public sealed partial record ConfigMapEnvSource
{
    /// <summary>The ConfigMap's name.</summary>
    [Field(1, Within = 1)]
    public string? Name { get; init; }

    /// <summary>Without it the container starts all the same.</summary>
    [Field(2)]
    public bool? Optional { get; init; }
}

/// <summary>A Secret to take variables from.</summary>
public sealed partial record SecretEnvSource
{
    /// <summary>The Secret's name.</summary>
    [Field(1, Within = 1)]
    public string? Name { get; init; }

    /// <summary>Without it the container starts all the same.</summary>
    [Field(2)]
    public bool? Optional { get; init; }
}

/// <summary>What a change of one resource asks of a running container.</summary>
public sealed partial record ContainerResizePolicy
{
    /// <summary>Either cpu or memory.</summary>
    [Field(1, Required = true)]
    public string ResourceName { get; init => field = value ?? ""; } = "";

    /// <summary>NotRequired (the default) or RestartContainer.</summary>
    [Field(2, Required = true)]
    public string RestartPolicy { get; init => field = value ?? ""; } = "";
}

/// <summary>The values of ResourceName.</summary>
public static class ResourceName
{
    /// <summary>Whether it is of somebody else's making: example.com/gpu, which a node is said to have, and which is counted in whole ones.</summary>
    public static bool IsExtended(string name) => name.Contains('/') && !name.Contains("kubernetes.io/", StringComparison.Ordinal);

    /// <summary>Whether more may be promised of it than there is: of what is shared, and of no device and no huge page.</summary>
    public static bool IsOvercommitAllowed(string name) => !IsExtended(name) && !IsHugePages(name);

    public static bool IsHugePages(string name) => name.StartsWith("hugepages-", StringComparison.Ordinal);

    /// <summary>Whether it is one that Kubernetes itself counts, in pods, nodes or quotas.</summary>
    public static bool IsStandard(string name) => IsHugePages(name) || name.StartsWith("requests.hugepages-", StringComparison.Ordinal) || name is
        Cpu or Memory or Ephemeralstorage or Requestscpu or Requestsmemory or Requestsephemeralstorage or Limitscpu or Limitsmemory
        or Limitsephemeralstorage or Pods or Resourcequotas or Services or Replicationcontrollers or Secrets or Configmaps
        or Persistentvolumeclaims or Storage or Requestsstorage or Servicesnodeports or Servicesloadbalancers;

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

/// <summary>What to do when a container ends in a certain way.</summary>
public sealed partial record ContainerRestartRule
{
    /// <summary>Restart, or RestartAllContainers of the pod.</summary>
    [Field(1, Required = true)]
    public string Action { get; init => field = value ?? ""; } = "";

    /// <summary>The exit codes that it holds for.</summary>
    [Field(2)]
    public ContainerRestartRuleOnExitCodes? ExitCodes { get; init; }
}

/// <summary>The values of ContainerRestartRuleAction.</summary>
public static class ContainerRestartRuleAction
{
    public const string Restart = "Restart";
    public const string RestartAllContainers = "RestartAllContainers";
}

/// <summary>A set of exit codes.</summary>
public sealed partial record ContainerRestartRuleOnExitCodes
{
    /// <summary>In or NotIn.</summary>
    [Field(1, Required = true)]
    public string Operator { get; init => field = value ?? ""; } = "";

    /// <summary>The codes, 0 to 255.</summary>
    [Field(2, List = ListType.Set)]
    public ValueList<int> Values { get; init; }
}

/// <summary>The values of ContainerRestartRuleOnExitCodesOperator.</summary>
public static class ContainerRestartRuleOnExitCodesOperator
{
    public const string In = "In";
    public const string NotIn = "NotIn";
}

/// <summary>Where a volume appears in a container.</summary>
public sealed partial record VolumeMount
{
    /// <summary>The pod's volume.</summary>
    [Field(1, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>It cannot be written to.</summary>
    [Field(2)]
    public bool ReadOnly { get; init; }

    /// <summary>Whether mounts below it are read-only too: Disabled, IfPossible or Enabled.</summary>
    [Field(7, Pointer = true)]
    public string? RecursiveReadOnly { get; init; }

    /// <summary>The directory or file in the container.</summary>
    [Field(3, Required = true)]
    public string MountPath { get; init => field = value ?? ""; } = "";

    /// <summary>A path within the volume to mount instead of its top.</summary>
    [Field(4)]
    public string? SubPath { get; init; }

    /// <summary>Which way later mounts are seen: None (the default), HostToContainer or Bidirectional.</summary>
    [Field(5, Pointer = true)]
    public string? MountPropagation { get; init; }

    /// <summary>Like subPath, with $(NAME) standing for variables of the container.</summary>
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

/// <summary>Where a block volume appears in a container.</summary>
public sealed partial record VolumeDevice
{
    /// <summary>The pod's volume, a claim of mode Block.</summary>
    [Field(1, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>The device file in the container.</summary>
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
