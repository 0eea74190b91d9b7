using System.Collections.Immutable;
using Coppice.Node.Admission;
using Coppice.Node.Probes;
using Coppice.Objects.Core;

namespace Coppice.Node.Pods;

/// <summary>What a pod's worker remembers that neither the API nor the runtime can tell. Immutable: the worker swaps it whole.</summary>
public sealed record PodRuntimeState
{
    public static readonly PodRuntimeState Empty = new();

    public ImmutableSortedDictionary<string, ContainerRuntimeState> Containers { get; init; } =
        ImmutableSortedDictionary.Create<string, ContainerRuntimeState>(StringComparer.Ordinal);

    /// <summary>How many sandboxes are being made, stopped or removed.</summary>
    public int SandboxOperations { get; init; }

    public bool IsSandboxBusy => SandboxOperations > 0;

    /// <summary>The ids of containers that are being removed.</summary>
    public ImmutableSortedSet<string> Removing { get; init; } = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    /// <summary>Why the last sandbox could not be made, and when to try again.</summary>
    public FailedAttempt? SandboxFailure { get; init; }

    /// <summary>Containers are being given more or less to use.</summary>
    public bool IsResizing { get; init; }

    /// <summary>Why they could not be given it, and when to try again.</summary>
    public FailedAttempt? ResizeFailure { get; init; }

    /// <summary>What the pod may use as a whole: what its cgroup was made with, or was given since; null where nobody knows any more.</summary>
    public ResourceRequirements? Given { get; init; }

    /// <summary>What the pod asks for and is not allocated to it.</summary>
    public PendingResize? PendingResize { get; init; }

    /// <summary>The pod's generation for which a resize was allocated that is not in effect yet; null when there is none.</summary>
    public long? ResizeInProgress { get; init; }

    /// <summary>The node has decided that the pod must end.</summary>
    public PodTermination? Termination { get; init; }

    /// <summary>Nothing may be started: it is not known whether the pod may still run here.</summary>
    public bool IsHeld { get; init; }

    /// <summary>The API has no such pod any more.</summary>
    public bool IsGone { get; init; }

    /// <summary>When the pod's end was begun here.</summary>
    public DateTimeOffset? EndingSince { get; init; }

    /// <summary>The devices of its claims are being let go of, or have been.</summary>
    public CleanUp Devices { get; init; }

    /// <summary>Volumes and cgroup are being let go of, or have been.</summary>
    public CleanUp CleanUp { get; init; }

    /// <summary>Containers and logs of the pod go once it has ended, also while the API still has it.</summary>
    public bool GivesUpRemains { get; init; }

    /// <summary>Logs of a pod that gives up its remains are being deleted, or have been.</summary>
    public CleanUp Logs { get; init; }

    /// <summary>The API has the status of the pod as it ended.</summary>
    public bool IsFinalStatusWritten { get; init; }

    /// <summary>The API was asked to let go of the pod; it may still wait for finalizers.</summary>
    public bool IsDeleteAsked { get; init; }

    public ContainerRuntimeState Of(string container) => Containers.GetValueOrDefault(container) ?? ContainerRuntimeState.Empty;

    public PodRuntimeState With(string container, Func<ContainerRuntimeState, ContainerRuntimeState> change) =>
        this with { Containers = Containers.SetItem(container, change(Of(container))) };
}

public enum CleanUp
{
    NotBegun,
    Busy,
    Done,
}

/// <summary>Why something does not get on.</summary>
/// <param name="Reason">With the message, those of a waiting container's status; empty for what shows only in events.</param>
/// <param name="RetryAt">By the steady clock, as every moment that is remembered.</param>
/// <param name="Failures">How often in a row.</param>
public sealed record FailedAttempt(string Reason, string Message, DateTimeOffset RetryAt, int Failures = 1)
{
    /// <summary>The sandbox that it was met in: what went wrong in one that died says nothing of the next. Null where it has nothing to do with it.</summary>
    public string? SandboxId { get; init; }
}

/// <summary>What is remembered of one container of a pod.</summary>
public sealed record ContainerRuntimeState
{
    public static readonly ContainerRuntimeState Empty = new();

    public RestartBackOff? BackOff { get; init; }

    /// <summary>Why it could not be started.</summary>
    public FailedAttempt? StartFailure { get; init; }

    /// <summary>It is being made and started.</summary>
    public bool IsStarting { get; init; }

    /// <summary>It is being stopped, and has until then.</summary>
    public DateTimeOffset? KillDeadline { get; init; }

    /// <summary>It was stopped to be started anew, whatever the restart policy says.</summary>
    public bool StartsAgain { get; init; }

    /// <summary>What the newest container may use: what it was started with, or was given since; null where nobody knows any more.</summary>
    public ResourceRequirements? Given { get; init; }

    /// <summary>What its pod as a whole might use then: the limits of a container that has none of its own.</summary>
    public ResourceRequirements? GivenWhole { get; init; }

    public ProbeState Probes { get; init; } = ProbeState.None;

    /// <summary>What containers of this name left to say when they ended, by their ids.</summary>
    public ImmutableSortedDictionary<string, string> TerminationMessages { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);
}

/// <summary>What the probes said of one container; of another one of the same name, they said nothing.</summary>
/// <param name="IsStarted">The startup probe succeeded.</param>
/// <param name="IsReady">The readiness probe succeeded.</param>
/// <param name="Failed">The probe that gave the container up, if one did.</param>
/// <param name="UnreadyInARow">How often readiness failed in a row while the container still counts as ready.</param>
public sealed record ProbeState(string ContainerId, bool IsStarted, bool IsReady, FatalProbe? Failed, int UnreadyInARow = 0)
{
    public static readonly ProbeState None = new("", false, false, null);

    public static ProbeState For(string containerId) => None with { ContainerId = containerId };

    /// <summary>What a probe's report makes of them.</summary>
    /// <param name="failuresMax">The readiness probe's failure threshold.</param>
    public ProbeState After(ProbeReport report, int failuresMax)
    {
        var hasPassed = report.Result == ProbeResult.Success;
        switch (report.Type)
        {
            case ProbeType.Startup when report.ResultChanged:
                return hasPassed ? this with { IsStarted = true } : this with { Failed = FatalProbe.Startup };
            case ProbeType.Liveness when report.ResultChanged && !hasPassed:
                return this with { Failed = FatalProbe.Liveness };
            case ProbeType.Readiness when report.ResultChanged:
                return this with { IsReady = hasPassed, UnreadyInARow = 0 };
            // A container taken over from an agent before starts as ready, of which its new probe knows nothing.
            case ProbeType.Readiness when IsReady && !hasPassed && !report.Outcome.IsError:
                return this with { IsReady = UnreadyInARow + 1 < failuresMax, UnreadyInARow = UnreadyInARow + 1 };
            default:
                return this;
        }
    }
}

/// <summary>A probe whose failure ends the container.</summary>
public enum FatalProbe
{
    Liveness,
    Startup,
}
