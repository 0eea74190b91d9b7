using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

/// <summary>A container put into a running pod to look into it; it is never restarted.</summary>
public sealed partial record EphemeralContainer
{
    /// <summary>What it is called within the pod; a DNS label.</summary>
    [Field(1, Within = 1, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>The image to run, such as nginx:1.27.</summary>
    [Field(2, Within = 1)]
    public string? Image { get; init; }

    /// <summary>Replaces the image's entrypoint; $(NAME) stands for a variable of env.</summary>
    [Field(3, Within = 1)]
    public ValueList<string> Command { get; init; }

    /// <summary>Replaces the image's arguments; $(NAME) stands for a variable of env.</summary>
    [Field(4, Within = 1)]
    public ValueList<string> Args { get; init; }

    /// <summary>Where it starts; the image's directory where it is empty.</summary>
    [Field(5, Within = 1)]
    public string? WorkingDir { get; init; }

    /// <summary>Must be empty.</summary>
    [Field(6, Within = 1, MergeKey = "containerPort", List = ListType.Map, ListKeys = "containerPort,protocol")]
    public ValueList<ContainerPort> Ports { get; init; }

    /// <summary>Maps and secrets whose every key becomes a variable; env comes first.</summary>
    [Field(19, Within = 1)]
    public ValueList<EnvFromSource> EnvFrom { get; init; }

    /// <summary>Variables of its environment.</summary>
    [Field(7, Within = 1, MergeKey = "name", List = ListType.Map, ListKeys = "name")]
    public ValueList<EnvVar> Env { get; init; }

    /// <summary>Must be empty: it takes from what the pod has.</summary>
    [Field(8, Within = 1)]
    public ResourceRequirements Resources { get; init => field = value ?? new(); } = new();

    /// <summary>Must be empty.</summary>
    [Field(23, Within = 1)]
    public ValueList<ContainerResizePolicy> ResizePolicy { get; init; }

    /// <summary>Must be empty.</summary>
    [Field(24, Within = 1, Pointer = true)]
    public string? RestartPolicy { get; init; }

    /// <summary>Must be empty.</summary>
    [Field(25, Within = 1)]
    public ValueList<ContainerRestartRule> RestartPolicyRules { get; init; }

    /// <summary>Where the pod's volumes appear in its file system.</summary>
    [Field(9, Within = 1, MergeKey = "mountPath", List = ListType.Map, ListKeys = "mountPath")]
    public ValueList<VolumeMount> VolumeMounts { get; init; }

    /// <summary>Where the pod's block volumes appear as devices.</summary>
    [Field(21, Within = 1, MergeKey = "devicePath", List = ListType.Map, ListKeys = "devicePath")]
    public ValueList<VolumeDevice> VolumeDevices { get; init; }

    /// <summary>Must be empty.</summary>
    [Field(10, Within = 1)]
    public Probe? LivenessProbe { get; init; }

    /// <summary>Must be empty.</summary>
    [Field(11, Within = 1)]
    public Probe? ReadinessProbe { get; init; }

    /// <summary>Must be empty.</summary>
    [Field(22, Within = 1)]
    public Probe? StartupProbe { get; init; }

    /// <summary>Must be empty.</summary>
    [Field(12, Within = 1)]
    public Lifecycle? Lifecycle { get; init; }

    /// <summary>The file that it may leave its last words in; /dev/termination-log by default.</summary>
    [Field(13, Within = 1)]
    public string? TerminationMessagePath { get; init; }

    /// <summary>Where last words come from: File (the default), or FallbackToLogsOnError.</summary>
    [Field(20, Within = 1)]
    public string? TerminationMessagePolicy { get; init; }

    /// <summary>When the image is fetched: Always, IfNotPresent or Never; Always by default for the tag latest.</summary>
    [Field(14, Within = 1)]
    public string? ImagePullPolicy { get; init; }

    /// <summary>Its user, groups and rights.</summary>
    [Field(15, Within = 1)]
    public SecurityContext? SecurityContext { get; init; }

    /// <summary>Keeps a standard input open for it.</summary>
    [Field(16, Within = 1)]
    public bool Stdin { get; init; }

    /// <summary>Closes the standard input when the first client that attached to it leaves.</summary>
    [Field(17, Within = 1)]
    public bool StdinOnce { get; init; }

    /// <summary>Gives it a terminal; needs stdin.</summary>
    [Field(18, Within = 1)]
    public bool Tty { get; init; }

    /// <summary>The container whose processes it shares.</summary>
    [Field(2)]
    public string? TargetContainerName { get; init; }

    /// <summary>The same as a container like the others, for the rules that serve both.</summary>
    public Container AsContainer() => new()
    {
        Name = Name,
        Image = Image,
        Command = Command,
        Args = Args,
        WorkingDir = WorkingDir,
        Ports = Ports,
        EnvFrom = EnvFrom,
        Env = Env,
        Resources = Resources,
        ResizePolicy = ResizePolicy,
        RestartPolicy = RestartPolicy,
        RestartPolicyRules = RestartPolicyRules,
        VolumeMounts = VolumeMounts,
        VolumeDevices = VolumeDevices,
        LivenessProbe = LivenessProbe,
        ReadinessProbe = ReadinessProbe,
        StartupProbe = StartupProbe,
        Lifecycle = Lifecycle,
        TerminationMessagePath = TerminationMessagePath,
        TerminationMessagePolicy = TerminationMessagePolicy,
        ImagePullPolicy = ImagePullPolicy,
        SecurityContext = SecurityContext,
        Stdin = Stdin,
        StdinOnce = StdinOnce,
        Tty = Tty,
    };
}
