using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

public sealed record EphemeralContainer
{
    [Field(1, Within = 1, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";

    [Field(2, Within = 1)]
    public string? Image { get; init; }

    [Field(3, Within = 1)]
    public ValueList<string> Command { get; init; }

    [Field(4, Within = 1)]
    public ValueList<string> Args { get; init; }

    [Field(5, Within = 1)]
    public string? WorkingDir { get; init; }

    [Field(6, Within = 1, MergeKey = "containerPort", List = ListType.Map, ListKeys = "containerPort,protocol")]
    public ValueList<ContainerPort> Ports { get; init; }

    [Field(19, Within = 1)]
    public ValueList<EnvFromSource> EnvFrom { get; init; }

    [Field(7, Within = 1, MergeKey = "name", List = ListType.Map, ListKeys = "name")]
    public ValueList<EnvVar> Env { get; init; }

    [Field(8, Within = 1)]
    public ResourceRequirements Resources { get; init => field = value ?? new(); } = new();

    [Field(23, Within = 1)]
    public ValueList<ContainerResizePolicy> ResizePolicy { get; init; }

    [Field(24, Within = 1)]
    public string? RestartPolicy { get; init; }

    [Field(25, Within = 1)]
    public ValueList<ContainerRestartRule> RestartPolicyRules { get; init; }

    [Field(9, Within = 1, MergeKey = "mountPath", List = ListType.Map, ListKeys = "mountPath")]
    public ValueList<VolumeMount> VolumeMounts { get; init; }

    [Field(21, Within = 1, MergeKey = "devicePath", List = ListType.Map, ListKeys = "devicePath")]
    public ValueList<VolumeDevice> VolumeDevices { get; init; }

    [Field(10, Within = 1)]
    public Probe? LivenessProbe { get; init; }

    [Field(11, Within = 1)]
    public Probe? ReadinessProbe { get; init; }

    [Field(22, Within = 1)]
    public Probe? StartupProbe { get; init; }

    [Field(12, Within = 1)]
    public Lifecycle? Lifecycle { get; init; }

    [Field(13, Within = 1)]
    public string? TerminationMessagePath { get; init; }

    [Field(20, Within = 1)]
    public string? TerminationMessagePolicy { get; init; }

    [Field(14, Within = 1)]
    public string? ImagePullPolicy { get; init; }

    [Field(15, Within = 1)]
    public SecurityContext? SecurityContext { get; init; }

    [Field(16, Within = 1)]
    public bool Stdin { get; init; }

    [Field(17, Within = 1)]
    public bool StdinOnce { get; init; }

    [Field(18, Within = 1)]
    public bool Tty { get; init; }

    [Field(2)]
    public string? TargetContainerName { get; init; }
}
