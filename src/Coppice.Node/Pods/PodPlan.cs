using Coppice.Node.Admission;
using Coppice.Node.Runtime;

namespace Coppice.Node.Pods;

/// <summary>What to do for a pod now.</summary>
/// <param name="End">Null while the pod is to run.</param>
/// <param name="LookAgainAt">When time alone may change the plan; null if it cannot.</param>
/// <param name="BackOffs">The containers that wait for their next start.</param>
/// <param name="IsDone">Nothing of the pod is left, here or in the API: its worker can go.</param>
public sealed record PodPlan(
    IReadOnlyList<PodAction> Actions, PodEnd? End, DateTimeOffset? LookAgainAt, IReadOnlyList<BackOffWait> BackOffs, bool IsDone = false);

/// <summary>Why a pod is to end. What is still being prepared for it is dropped.</summary>
/// <param name="Termination">The node's own decision, if it was one; it stands from then on.</param>
public sealed record PodEnd(PodTermination? Termination);

/// <param name="Ended">The container that ended.</param>
/// <param name="Pause">As in the message: back-off 10s restarting failed container.</param>
public sealed record BackOffWait(PodContainer Container, ContainerRecord Ended, TimeSpan Pause);

/// <summary>One thing to do. Those of one plan are begun at the same time.</summary>
public abstract record PodAction
{
    /// <summary>Make the pod's cgroup, volumes and a sandbox.</summary>
    /// <param name="Replaces">The sandbox before, which has died; its network is to be taken down first.</param>
    public sealed record MakeSandbox(int Attempt, SandboxRecord? Replaces) : PodAction;

    public sealed record StopSandbox(string Id) : PodAction;

    /// <summary>Remove a sandbox with the containers in it.</summary>
    public sealed record RemoveSandbox(string Id) : PodAction;

    /// <summary>Make a container and start it, in the sandbox there is or in the one that the same plan makes.</summary>
    /// <param name="BackOff">The pauses between restarts, as of this start; null for one that is no restart.</param>
    public sealed record StartContainer(PodContainer Container, int Attempt, RestartBackOff? BackOff) : PodAction;

    /// <param name="Message">Of the event Killing.</param>
    /// <param name="Deadline">When it is to be killed by force; its preStop hook has until then, too.</param>
    /// <param name="StartsAgain">It is started again whatever the restart policy says.</param>
    public sealed record KillContainer(
        ContainerRecord Record, PodContainer? Container, string Message, DateTimeOffset Deadline, bool StartsAgain = false) : PodAction;

    /// <summary>Let the pod and these of its running containers use what they ask for now.</summary>
    public sealed record Resize(IReadOnlyList<(ContainerRecord Record, PodContainer Container)> Containers) : PodAction;

    public sealed record RemoveContainer(string Id) : PodAction
    {
        /// <summary>Of one that had all containers start anew: its name, and the pauses between restarts, as of this one.</summary>
        public (string Container, RestartBackOff BackOff)? Restarts { get; init; }
    }

    /// <summary>Have the drivers let go of the devices of the pod's claims.</summary>
    public sealed record ReleaseDevices : PodAction;

    /// <summary>Let go of the volumes and the cgroup.</summary>
    public sealed record CleanUpPod : PodAction;

    /// <summary>Deletes the logs of its containers.</summary>
    public sealed record RemoveLogs : PodAction;

    /// <summary>Take the pod out of the API: nothing of it is left here.</summary>
    public sealed record DeletePod : PodAction;
}
