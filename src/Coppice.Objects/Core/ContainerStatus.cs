using System.Text.Json.Serialization;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Core;

public sealed record ContainerStatus
{
    [Field(1, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";

    [Field(2)]
    public ContainerState State { get; init => field = value ?? new(); } = new();

    [Field(3)]
    public ContainerState LastState { get; init => field = value ?? new(); } = new();

    [Field(4, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public bool Ready { get; init; }

    [Field(5, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int RestartCount { get; init; }

    [Field(6, Required = true)]
    public string Image { get; init => field = value ?? ""; } = "";

    [Field(7, Required = true)]
    public string ImageID { get; init => field = value ?? ""; } = "";

    [Field(8)]
    public string? ContainerID { get; init; }

    [Field(9)]
    public bool? Started { get; init; }

    [Field(10)]
    public ValueMap<Quantity> AllocatedResources { get; init; }

    [Field(11)]
    public ResourceRequirements? Resources { get; init; }

    [Field(12, MergeKey = "mountPath", List = ListType.Map, ListKeys = "mountPath")]
    public ValueList<VolumeMountStatus> VolumeMounts { get; init; }

    [Field(13)]
    public ContainerUser? User { get; init; }

    [Field(14, MergeKey = "name", List = ListType.Map, ListKeys = "name")]
    public ValueList<ResourceStatus> AllocatedResourcesStatus { get; init; }

    [Field(15)]
    public string? StopSignal { get; init; }
}

public sealed record ContainerState
{
    [Field(1)]
    public ContainerStateWaiting? Waiting { get; init; }

    [Field(2)]
    public ContainerStateRunning? Running { get; init; }

    [Field(3)]
    public ContainerStateTerminated? Terminated { get; init; }
}

public sealed record ContainerStateWaiting
{
    [Field(1)]
    public string? Reason { get; init; }

    [Field(2)]
    public string? Message { get; init; }
}

public sealed record ContainerStateRunning
{
    [Field(1)]
    public DateTimeOffset? StartedAt { get; init; }
}

public sealed record ContainerStateTerminated
{
    [Field(1, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int ExitCode { get; init; }

    [Field(2)]
    public int Signal { get; init; }

    [Field(3)]
    public string? Reason { get; init; }

    [Field(4)]
    public string? Message { get; init; }

    [Field(5)]
    public DateTimeOffset? StartedAt { get; init; }

    [Field(6)]
    public DateTimeOffset? FinishedAt { get; init; }

    [Field(7)]
    public string? ContainerID { get; init; }
}

public sealed record VolumeMountStatus
{
    [Field(1, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";

    [Field(2, Required = true)]
    public string MountPath { get; init => field = value ?? ""; } = "";

    [Field(3)]
    public bool ReadOnly { get; init; }

    [Field(4)]
    public string? RecursiveReadOnly { get; init; }

    [Field(5)]
    public VolumeStatus? VolumeStatus { get; init; }
}

public sealed record VolumeStatus
{
    [Field(1)]
    public ImageVolumeStatus? Image { get; init; }
}

public sealed record ImageVolumeStatus
{
    [Field(1, Required = true)]
    public string ImageRef { get; init => field = value ?? ""; } = "";
}

public sealed record ContainerUser
{
    [Field(1)]
    public LinuxContainerUser? Linux { get; init; }
}

public sealed record LinuxContainerUser
{
    [Field(1, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public long Uid { get; init; }

    [Field(2, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public long Gid { get; init; }

    [Field(3)]
    public ValueList<long> SupplementalGroups { get; init; }
}

public sealed record ResourceStatus
{
    [Field(1, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";

    [Field(2, List = ListType.Map, ListKeys = "resourceID")]
    public ValueList<ResourceHealth> Resources { get; init; }
}

public sealed record ResourceHealth
{
    [Field(1, Required = true)]
    public string ResourceID { get; init => field = value ?? ""; } = "";

    [Field(2)]
    public string? Health { get; init; }

    [Field(6)]
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
