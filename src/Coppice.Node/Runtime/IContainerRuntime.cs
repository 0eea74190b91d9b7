namespace Coppice.Node.Runtime;

/// <summary>
/// What the node agent needs of a container runtime: the verbs of CRI v1, with our own words for their results. The CRI
/// implementation and the simulated one pass the same contract suite (<c>tests/Coppice.Contracts</c>).
/// </summary>
/// <remarks>
/// Every verb is idempotent in the way CRI demands: stopping what is stopped and removing what is gone succeed. Failures are
/// <see cref="RuntimeException"/>; <see cref="RuntimeUnavailableException"/> when the runtime itself cannot be reached.
/// </remarks>
public interface IContainerRuntime
{
    /// <summary>Everything the runtime holds for us: the audit that events are checked against, and the truth after a restart.</summary>
    ValueTask<RuntimeSnapshot> ListAsync(CancellationToken stop);

    /// <summary>Makes and starts a pod sandbox: its namespaces, network and pause process. Returns it with its addresses.</summary>
    ValueTask<SandboxRecord> RunSandboxAsync(SandboxSpec spec, CancellationToken stop);

    /// <summary>Ends every process of the sandbox by force and takes its network down.</summary>
    ValueTask StopSandboxAsync(string sandboxId, CancellationToken stop);

    ValueTask RemoveSandboxAsync(string sandboxId, CancellationToken stop);

    /// <summary>Makes a container in a sandbox, without starting it; returns its id.</summary>
    ValueTask<string> CreateContainerAsync(SandboxRecord sandbox, ContainerSpec spec, CancellationToken stop);

    ValueTask StartContainerAsync(string containerId, CancellationToken stop);

    /// <summary>Gives a running container other limits; one that is gone has none.</summary>
    ValueTask UpdateContainerAsync(string containerId, ContainerResources resources, CancellationToken stop);

    /// <summary>Sends the stop signal, waits as long as <paramref name="grace"/>, then kills. Returns when it has ended.</summary>
    ValueTask StopContainerAsync(string containerId, TimeSpan grace, CancellationToken stop);

    ValueTask RemoveContainerAsync(string containerId, CancellationToken stop);

    /// <summary>One container as it is now, or null if it is gone.</summary>
    ValueTask<ContainerRecord?> FindContainerAsync(string containerId, CancellationToken stop);

    /// <summary>Runs a command in a container and waits for it; for exec probes and hooks. Output is cut at 10 KiB a stream.</summary>
    /// <exception cref="TimeoutException">It did not end in time (it was killed).</exception>
    ValueTask<CommandResult> RunCommandAsync(string containerId, IReadOnlyList<string> command, TimeSpan timeout, CancellationToken stop);

    /// <summary>Makes the runtime open the container's log file anew, after the old one was renamed.</summary>
    ValueTask ReopenLogAsync(string containerId, CancellationToken stop);

    /// <summary>
    /// Exits and out-of-memory kills as they happen. Ends with <see cref="RuntimeUnavailableException"/> when the connection is
    /// lost; the caller then lists, and watches again. Events may repeat, and some may be missed while nobody watched.
    /// </summary>
    IAsyncEnumerable<RuntimeEvent> WatchAsync(CancellationToken stop);
}

/// <summary>The images on the node.</summary>
public interface IImageService
{
    /// <summary>The image of a reference (name:tag, name@digest or id) if it is on the node.</summary>
    ValueTask<ImageRecord?> FindAsync(string reference, CancellationToken stop);

    /// <summary>Fetches an image; returns it. Without a credential, as anybody.</summary>
    /// <exception cref="RuntimeException">It could not be had; the message is the registry's or the runtime's.</exception>
    ValueTask<ImageRecord> PullAsync(string reference, RegistryCredential? credential, CancellationToken stop);

    ValueTask<IReadOnlyList<ImageRecord>> ListAsync(CancellationToken stop);

    ValueTask RemoveAsync(string imageId, CancellationToken stop);
}

/// <summary>The runtime refused or failed a verb; the message is its own.</summary>
public class RuntimeException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The runtime cannot be reached at all: it is starting, stopping or dead. Try again when it is back.</summary>
public sealed class RuntimeUnavailableException(string message, Exception? inner = null) : RuntimeException(message, inner);

/// <param name="Server">The registry they are for, as in a dockerconfigjson's key; empty for any.</param>
public sealed record RegistryCredential(string Server, string Username, string Password)
{
    /// <summary>The secret it is in, by its uid, whatever becomes of what is in there; null for none.</summary>
    public string? Secret { get; init; }
}

/// <param name="Id">The runtime's id of the image (sha256:…).</param>
/// <param name="User">The user the image wants to run as (numeric id or name), or null.</param>
public sealed record ImageRecord(string Id, IReadOnlyList<string> Tags, IReadOnlyList<string> Digests, long SizeBytes, string? User)
{
    /// <summary>The runtime was told that it is to stay, whoever uses it.</summary>
    public bool IsPinned { get; init; }
}

/// <summary>Which pod something in the runtime belongs to; carried as labels on sandboxes and containers.</summary>
public readonly record struct PodIdentity(string Namespace, string Name, string Uid);

public enum SandboxState
{
    Ready,
    NotReady,
}

/// <param name="Addresses">The pod's addresses, the primary first; empty with host network.</param>
/// <param name="NetworkNamespace">Path of its network namespace, or null where it has none of its own.</param>
public sealed record SandboxRecord(
    string Id,
    PodIdentity Pod,
    int Attempt,
    SandboxState State,
    DateTimeOffset CreatedAt,
    IReadOnlyList<string> Addresses,
    string? NetworkNamespace);

public enum ContainerRunState
{
    Created,
    Running,
    Exited,
    Unknown,
}

/// <param name="Attempt">0 for the first container of this name in the pod, 1 after the first restart, and so on.</param>
/// <param name="Reason">The runtime's word for how it ended: Completed, Error, OOMKilled, ContainerCannotRun, StartError; null while it runs.</param>
/// <param name="SpecHash">The hash it was made with: another one means the pod's spec changed.</param>
public sealed record ContainerRecord(
    string Id,
    string SandboxId,
    PodIdentity Pod,
    string Name,
    int Attempt,
    ContainerRunState State,
    DateTimeOffset CreatedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? FinishedAt,
    int ExitCode,
    string? Reason,
    string? Message,
    string Image,
    string ImageId,
    string LogPath,
    string? TerminationMessagePath,
    string SpecHash)
{
    /// <summary>It has ended, but the runtime still writes down what it printed: the end of its log may be missing.</summary>
    public bool IsLogOpen { get; init; }
}

public sealed record RuntimeSnapshot(IReadOnlyList<SandboxRecord> Sandboxes, IReadOnlyList<ContainerRecord> Containers)
{
    public static readonly RuntimeSnapshot Empty = new([], []);
}

public enum RuntimeEventType
{
    ContainerExited,
    ContainerOutOfMemory,
    SandboxExited,
}

/// <param name="ExitCode">For an exit.</param>
/// <param name="At">When the runtime says it happened.</param>
public sealed record RuntimeEvent(RuntimeEventType Type, string Id, int ExitCode, DateTimeOffset At);

public sealed record CommandResult(int ExitCode, string Output, string ErrorOutput);

/// <summary>A pod sandbox to make.</summary>
/// <param name="Attempt">0 for the pod's first sandbox, one more each time it is made again.</param>
/// <param name="LogDirectory">Where the containers' logs go; their paths are relative to it.</param>
/// <param name="CgroupParent">The pod's cgroup, made by the caller; empty for the runtime's default.</param>
public sealed record SandboxSpec(
    PodIdentity Pod,
    int Attempt,
    string Hostname,
    string LogDirectory,
    string CgroupParent,
    IReadOnlyDictionary<string, string> Labels,
    IReadOnlyDictionary<string, string> Annotations,
    DnsSettings Dns,
    IReadOnlyList<PortMapping> PortMappings,
    NamespaceSharing Sharing,
    PodSecurity Security)
{
    /// <summary>The way to run it, by the name that the runtime knows it by; empty for the usual one.</summary>
    public string RuntimeHandler { get; init; } = "";
}

public sealed record DnsSettings(IReadOnlyList<string> Servers, IReadOnlyList<string> Searches, IReadOnlyList<string> Options);

/// <param name="HostIp">Empty for every address.</param>
/// <param name="Protocol">TCP, UDP or SCTP.</param>
public sealed record PortMapping(string Protocol, int ContainerPort, int HostPort, string HostIp);

public readonly record struct NamespaceSharing(bool HostNetwork, bool HostPid, bool HostIpc, bool ShareProcessNamespace);

/// <summary>The security settings that hold for a whole pod.</summary>
public sealed record PodSecurity(
    long? RunAsUser, long? RunAsGroup, IReadOnlyList<long> SupplementalGroups, bool Privileged, SELinuxLabel? SELinux, IReadOnlyDictionary<string, string> Sysctls);

/// <summary>What SELinux, where a machine has it, knows processes by. Empty parts are the runtime's choice.</summary>
public sealed record SELinuxLabel(string User, string Role, string Type, string Level);

/// <summary>A profile that the kernel holds processes to.</summary>
/// <param name="Name">Of a profile of the node's own.</param>
public sealed record SecurityRestriction(SecurityRestrictionKind Kind, string Name = "");

public enum SecurityRestrictionKind
{
    Unconfined,
    RuntimeDefault,
    Localhost,
}

/// <summary>A container to make: everything already resolved (environment, mounts, limits).</summary>
/// <param name="LogPath">Relative to the sandbox's log directory.</param>
/// <param name="SpecHash">Kept as an annotation, and given back in <see cref="ContainerRecord.SpecHash"/>.</param>
public sealed record ContainerSpec(
    string Name,
    int Attempt,
    string Image,
    IReadOnlyList<string> Command,
    IReadOnlyList<string> Arguments,
    string? WorkingDirectory,
    IReadOnlyList<KeyValuePair<string, string>> Environment,
    IReadOnlyList<ContainerMount> Mounts,
    ContainerResources Resources,
    ContainerSecurity Security,
    string LogPath,
    string TerminationMessagePath,
    string SpecHash,
    bool Stdin,
    bool StdinOnce,
    bool Tty,
    SandboxSpec Sandbox)
{
    /// <summary>The id of the container whose processes this one shares; null for none.</summary>
    public string? ProcessesOf { get; init; }

    /// <summary>What it gets beside what its pod says.</summary>
    public ContainerEdits Edits { get; init; } = ContainerEdits.None;
}

public enum MountPropagation
{
    Private,
    HostToContainer,
    Bidirectional,
}

public sealed record ContainerMount(string HostPath, string ContainerPath, bool ReadOnly, MountPropagation Propagation = MountPropagation.Private);

/// <summary>Limits as the kernel takes them.</summary>
/// <param name="CpuQuotaMicroseconds">Per <paramref name="CpuPeriodMicroseconds"/>; 0 for no limit.</param>
/// <param name="MemoryLimitBytes">0 for no limit.</param>
/// <param name="OomKillsWhole">
/// Whether running out of memory ends all of the container's processes, so that none goes on without the one it needs. Only cgroup v2
/// can; there Kubernetes asks for it.
/// </param>
public readonly record struct ContainerResources(
    long CpuShares, long CpuQuotaMicroseconds, long CpuPeriodMicroseconds, long MemoryLimitBytes, int OomScoreAdjust, bool OomKillsWhole = false);

public sealed record ContainerSecurity(
    long? RunAsUser,
    string? RunAsUserName,
    long? RunAsGroup,
    IReadOnlyList<long> SupplementalGroups,
    bool Privileged,
    bool ReadOnlyRootFilesystem,
    bool NoNewPrivileges,
    SecurityRestriction? Seccomp,
    IReadOnlyList<string> AddCapabilities,
    IReadOnlyList<string> DropCapabilities)
{
    /// <summary>Null leaves it to the runtime, which has a profile of its own where the machine can.</summary>
    public SecurityRestriction? AppArmor { get; init; }

    public SELinuxLabel? SELinux { get; init; }

    /// <summary>Whether the container sees and writes the settings of the kernel in /proc and /sys, which are the node's too.</summary>
    public bool SeesKernelSettings { get; init; }
}
