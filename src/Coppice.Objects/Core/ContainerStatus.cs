using System.Text.Json.Serialization;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

/// <summary>What is known of a container.</summary>
public sealed partial record ContainerStatus
{
    /// <summary>Its name in the spec.</summary>
    [Field(1, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>What it does now.</summary>
    [Field(2)]
    public ContainerState State { get; init => field = value ?? new(); } = new();

    /// <summary>How it ended before it was last started.</summary>
    [Field(3)]
    public ContainerState LastState { get; init => field = value ?? new(); } = new();

    /// <summary>Whether it may get requests.</summary>
    [Field(4, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public bool Ready { get; init; }

    /// <summary>How often it was started again.</summary>
    [Field(5, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int RestartCount { get; init; }

    /// <summary>The image as the runtime names it.</summary>
    [Field(6, Required = true)]
    public string Image { get; init => field = value ?? ""; } = "";

    /// <summary>The image by its digest.</summary>
    [Field(7, Required = true)]
    public string ImageID { get; init => field = value ?? ""; } = "";

    /// <summary>The runtime's name for it, as in containerd://ID.</summary>
    [Field(8)]
    public string? ContainerID { get; init; }

    /// <summary>Whether its startup probe, if it has one, has succeeded.</summary>
    [Field(9)]
    public bool? Started { get; init; }

    /// <summary>What the node has set aside for it.</summary>
    [Field(10)]
    public ValueMap<Quantity> AllocatedResources { get; init; }

    /// <summary>The requests and limits that it runs with.</summary>
    [Field(11)]
    public ResourceRequirements? Resources { get; init; }

    /// <summary>How its volumes were mounted.</summary>
    [Field(12, MergeKey = "mountPath", List = ListType.Map, ListKeys = "mountPath")]
    public ValueList<VolumeMountStatus> VolumeMounts { get; init; }

    /// <summary>The user that its first process started as.</summary>
    [Field(13)]
    public ContainerUser? User { get; init; }

    /// <summary>How the devices given to it are.</summary>
    [Field(14, MergeKey = "name", List = ListType.Map, ListKeys = "name")]
    public ValueList<ResourceStatus> AllocatedResourcesStatus { get; init; }

    /// <summary>The signal that asks it to stop.</summary>
    [Field(15, Pointer = true)]
    public string? StopSignal { get; init; }
}

/// <summary>What a container does: just one of the three; waiting where none is set.</summary>
public sealed partial record ContainerState
{
    /// <summary>It does not run yet, or not again yet.</summary>
    [Field(1)]
    public ContainerStateWaiting? Waiting { get; init; }

    /// <summary>It runs.</summary>
    [Field(2)]
    public ContainerStateRunning? Running { get; init; }

    /// <summary>It has ended.</summary>
    [Field(3)]
    public ContainerStateTerminated? Terminated { get; init; }
}

/// <summary>A container that does not run yet.</summary>
public sealed partial record ContainerStateWaiting
{
    /// <summary>Why, in one word, such as ImagePullBackOff or CrashLoopBackOff.</summary>
    [Field(1)]
    public string? Reason { get; init; }

    /// <summary>Why, for people.</summary>
    [Field(2)]
    public string? Message { get; init; }
}

/// <summary>A container that runs.</summary>
public sealed partial record ContainerStateRunning
{
    /// <summary>Since when.</summary>
    [Field(1)]
    public DateTimeOffset? StartedAt { get; init; }
}

/// <summary>A container that has ended.</summary>
public sealed partial record ContainerStateTerminated
{
    /// <summary>What its first process returned; 128 and the signal's number where one ended it.</summary>
    [Field(1, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int ExitCode { get; init; }

    /// <summary>The signal that ended it, where the runtime says so.</summary>
    [Field(2)]
    public int Signal { get; init; }

    /// <summary>Why, in one word, such as Completed, Error or OOMKilled.</summary>
    [Field(3)]
    public string? Reason { get; init; }

    /// <summary>Its last words.</summary>
    [Field(4)]
    public string? Message { get; init; }

    /// <summary>When it was started.</summary>
    [Field(5)]
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it ended.</summary>
    [Field(6)]
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>The runtime's name for it, as in containerd://ID.</summary>
    [Field(7)]
    public string? ContainerID { get; init; }
}

/// <summary>How a volume was mounted.</summary>
public sealed partial record VolumeMountStatus
{
    /// <summary>The pod's volume.</summary>
    [Field(1, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>The path in the container.</summary>
    [Field(2, Required = true)]
    public string MountPath { get; init => field = value ?? ""; } = "";

    /// <summary>It cannot be written to.</summary>
    [Field(3)]
    public bool ReadOnly { get; init; }

    /// <summary>Whether mounts below it are read-only too; never IfPossible, as it has been decided.</summary>
    [Field(4, Pointer = true)]
    public string? RecursiveReadOnly { get; init; }

    /// <summary>What is known of the volume itself.</summary>
    [Field(5)]
    public VolumeStatus? VolumeStatus { get; init; }
}

/// <summary>What is known of a mounted volume.</summary>
public sealed partial record VolumeStatus
{
    /// <summary>For a volume made from an image.</summary>
    [Field(1)]
    public ImageVolumeStatus? Image { get; init; }
}

/// <summary>The image that a volume holds.</summary>
public sealed partial record ImageVolumeStatus
{
    /// <summary>The image by its digest.</summary>
    [Field(1, Required = true)]
    public string ImageRef { get; init => field = value ?? ""; } = "";
}

/// <summary>Who a container runs as.</summary>
public sealed partial record ContainerUser
{
    /// <summary>User and groups on Linux.</summary>
    [Field(1)]
    public LinuxContainerUser? Linux { get; init; }
}

/// <summary>User and groups of a container's first process.</summary>
public sealed partial record LinuxContainerUser
{
    /// <summary>The user id.</summary>
    [Field(1, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public long Uid { get; init; }

    /// <summary>The group id.</summary>
    [Field(2, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public long Gid { get; init; }

    /// <summary>The further groups.</summary>
    [Field(3)]
    public ValueList<long> SupplementalGroups { get; init; }
}

/// <summary>How the devices behind one resource are.</summary>
public sealed partial record ResourceStatus
{
    /// <summary>The resource, or claim:NAME for a claim.</summary>
    [Field(1, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>Each device.</summary>
    [Field(2, List = ListType.Map, ListKeys = "resourceID")]
    public ValueList<ResourceHealth> Resources { get; init; }
}

/// <summary>How a device is.</summary>
public sealed partial record ResourceHealth
{
    /// <summary>The device, by a name that is its own.</summary>
    [Field(1, Required = true)]
    public string ResourceID { get; init => field = value ?? ""; } = "";

    /// <summary>Healthy, Unhealthy or Unknown.</summary>
    [Field(2)]
    public string? Health { get; init; }

    /// <summary>More about it, for people.</summary>
    [Field(6, Pointer = true)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? Message { get; init; }
}

/// <summary>The values of ResourceHealthStatus.</summary>
public static class ResourceHealthStatus
{
    public const string Healthy = "Healthy";
    public const string Unhealthy = "Unhealthy";
    public const string Unknown = "Unknown";
}

/// <summary>The values of Signal.</summary>
public static class Signal
{
    public const string SIGABRT = "SIGABRT";
    public const string SIGALRM = "SIGALRM";
    public const string SIGBUS = "SIGBUS";
    public const string SIGCHLD = "SIGCHLD";
    public const string SIGCLD = "SIGCLD";
    public const string SIGCONT = "SIGCONT";
    public const string SIGFPE = "SIGFPE";
    public const string SIGHUP = "SIGHUP";
    public const string SIGILL = "SIGILL";
    public const string SIGINT = "SIGINT";
    public const string SIGIO = "SIGIO";
    public const string SIGIOT = "SIGIOT";
    public const string SIGKILL = "SIGKILL";
    public const string SIGPIPE = "SIGPIPE";
    public const string SIGPOLL = "SIGPOLL";
    public const string SIGPROF = "SIGPROF";
    public const string SIGPWR = "SIGPWR";
    public const string SIGQUIT = "SIGQUIT";
    public const string SIGSEGV = "SIGSEGV";
    public const string SIGSTKFLT = "SIGSTKFLT";
    public const string SIGSTOP = "SIGSTOP";
    public const string SIGSYS = "SIGSYS";
    public const string SIGTERM = "SIGTERM";
    public const string SIGTRAP = "SIGTRAP";
    public const string SIGTSTP = "SIGTSTP";
    public const string SIGTTIN = "SIGTTIN";
    public const string SIGTTOU = "SIGTTOU";
    public const string SIGURG = "SIGURG";
    public const string SIGUSR1 = "SIGUSR1";
    public const string SIGUSR2 = "SIGUSR2";
    public const string SIGVTALRM = "SIGVTALRM";
    public const string SIGWINCH = "SIGWINCH";
    public const string SIGXCPU = "SIGXCPU";
    public const string SIGXFSZ = "SIGXFSZ";
    public const string SIGRTMIN = "SIGRTMIN";
    public const string SIGRTMIN1 = "SIGRTMIN+1";
    public const string SIGRTMIN2 = "SIGRTMIN+2";
    public const string SIGRTMIN3 = "SIGRTMIN+3";
    public const string SIGRTMIN4 = "SIGRTMIN+4";
    public const string SIGRTMIN5 = "SIGRTMIN+5";
    public const string SIGRTMIN6 = "SIGRTMIN+6";
    public const string SIGRTMIN7 = "SIGRTMIN+7";
    public const string SIGRTMIN8 = "SIGRTMIN+8";
    public const string SIGRTMIN9 = "SIGRTMIN+9";
    public const string SIGRTMIN10 = "SIGRTMIN+10";
    public const string SIGRTMIN11 = "SIGRTMIN+11";
    public const string SIGRTMIN12 = "SIGRTMIN+12";
    public const string SIGRTMIN13 = "SIGRTMIN+13";
    public const string SIGRTMIN14 = "SIGRTMIN+14";
    public const string SIGRTMIN15 = "SIGRTMIN+15";
    public const string SIGRTMAX14 = "SIGRTMAX-14";
    public const string SIGRTMAX13 = "SIGRTMAX-13";
    public const string SIGRTMAX12 = "SIGRTMAX-12";
    public const string SIGRTMAX11 = "SIGRTMAX-11";
    public const string SIGRTMAX10 = "SIGRTMAX-10";
    public const string SIGRTMAX9 = "SIGRTMAX-9";
    public const string SIGRTMAX8 = "SIGRTMAX-8";
    public const string SIGRTMAX7 = "SIGRTMAX-7";
    public const string SIGRTMAX6 = "SIGRTMAX-6";
    public const string SIGRTMAX5 = "SIGRTMAX-5";
    public const string SIGRTMAX4 = "SIGRTMAX-4";
    public const string SIGRTMAX3 = "SIGRTMAX-3";
    public const string SIGRTMAX2 = "SIGRTMAX-2";
    public const string SIGRTMAX1 = "SIGRTMAX-1";
    public const string SIGRTMAX = "SIGRTMAX";
}
