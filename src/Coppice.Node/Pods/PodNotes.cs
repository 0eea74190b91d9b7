using System.Collections.Immutable;

namespace Coppice.Node.Pods;

/// <summary>What a pod's worker remembers that neither the API nor the runtime can tell. Immutable: the worker swaps it whole.</summary>
public sealed record PodNotes
{
    public static readonly PodNotes Empty = new();

    public ImmutableSortedDictionary<string, ContainerNotes> Containers { get; init; } =
        ImmutableSortedDictionary.Create<string, ContainerNotes>(StringComparer.Ordinal);

    /// <summary>A sandbox is being made, stopped or removed.</summary>
    public bool IsSandboxBusy { get; init; }

    /// <summary>Why the last sandbox could not be made, and when to try again.</summary>
    public Trouble? SandboxTrouble { get; init; }

    /// <summary>The node has decided that the pod must end.</summary>
    public PodVerdict? Verdict { get; init; }

    /// <summary>The API has no such pod any more.</summary>
    public bool IsGone { get; init; }

    /// <summary>When the pod's end was begun here.</summary>
    public DateTimeOffset? EndingSince { get; init; }

    /// <summary>Volumes and cgroup are being let go of, or have been.</summary>
    public CleanUp CleanUp { get; init; }

    /// <summary>The API has the status of the pod as it ended.</summary>
    public bool IsFinalStatusWritten { get; init; }

    /// <summary>The API was asked to let go of the pod; it may still wait for finalizers.</summary>
    public bool IsDeleteAsked { get; init; }

    public ContainerNotes Of(string container) => Containers.GetValueOrDefault(container) ?? ContainerNotes.Empty;

    public PodNotes With(string container, Func<ContainerNotes, ContainerNotes> change) =>
        this with { Containers = Containers.SetItem(container, change(Of(container))) };
}

public enum CleanUp
{
    NotBegun,
    Busy,
    Done,
}

/// <param name="Reason">As in the pod's status: Evicted, DeadlineExceeded, OutOfcpu.</param>
/// <param name="Grace">What its containers get; null for the pod's own.</param>
public sealed record PodVerdict(string Reason, string Message, TimeSpan? Grace = null);

/// <summary>Why something does not get on. The reason and message are those of a waiting container's status.</summary>
/// <param name="Failures">How often in a row.</param>
public sealed record Trouble(string Reason, string Message, DateTimeOffset RetryAt, int Failures = 1);

/// <summary>What is remembered of one container of a pod.</summary>
public sealed record ContainerNotes
{
    public static readonly ContainerNotes Empty = new();

    public RestartBackOff? BackOff { get; init; }

    /// <summary>Why it could not be started.</summary>
    public Trouble? Trouble { get; init; }

    /// <summary>It is being made and started.</summary>
    public bool IsStarting { get; init; }

    /// <summary>It is being stopped, and has until then.</summary>
    public DateTimeOffset? KillDeadline { get; init; }

    /// <summary>It was stopped to be started anew, whatever the restart policy says.</summary>
    public bool StartsAgain { get; init; }

    public ProbeNotes Probes { get; init; } = ProbeNotes.None;

    /// <summary>What containers of this name left to say when they ended, by their ids.</summary>
    public ImmutableSortedDictionary<string, string> LastWords { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);
}

/// <summary>What the probes said of one container; of another one of the same name, they said nothing.</summary>
/// <param name="IsStarted">Null until the startup probe succeeded.</param>
/// <param name="IsReady">Null until the readiness probe was first answered.</param>
/// <param name="Failed">The probe that gave the container up, if one did.</param>
public sealed record ProbeNotes(string ContainerId, bool? IsStarted, bool? IsReady, FatalProbe? Failed)
{
    public static readonly ProbeNotes None = new("", null, null, null);

    public static ProbeNotes For(string containerId) => None with { ContainerId = containerId };
}

/// <summary>A probe whose failure ends the container.</summary>
public enum FatalProbe
{
    Liveness,
    Startup,
}
