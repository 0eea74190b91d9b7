using Coppice.Node.Runtime;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Node.Pods;

/// <summary>One container's status, from what the runtime holds, what is remembered, and what the status was.</summary>
internal sealed class ContainerStatusPlanner(PodSituation situation, PodPlan plan)
{
    private const string ContainerCreating = "ContainerCreating";
    private const string PodInitializing = "PodInitializing";
    private const string CrashLoopBackOff = "CrashLoopBackOff";
    private const string NotLocated = "The container could not be located when the pod was terminated";
    private const string NotLocatedAnyMore = "The container could not be located when the pod was deleted.  The container used to be Running";
    private const int UnknownExitCode = 137;
    private const string IdPrefix = "containerd://";

    public ContainerStatus Plan(PodContainer container)
    {
        var before = Before(container);
        if (situation.View.Newest(container.Name) is not { } record)
        {
            return WithoutRecord(container, before);
        }

        if (before is { State.Running: not null } && plan.End is null && record.State is ContainerRunState.Exited or ContainerRunState.Created
            && ContainerReplacement.Until(situation, container) is not null)
        {
            return before;
        }

        var state = State(container, record, before);
        var isRunning = state.Running is not null;
        var hasStarted = isRunning && situation.HasStarted(container, record);
        return new ContainerStatus
        {
            Name = container.Name,
            State = state,
            LastState = LastState(container, record, state, before),
            Ready = container.Role switch
            {
                ContainerRole.Init => record is { State: ContainerRunState.Exited, ExitCode: 0 },
                ContainerRole.Ephemeral => false,
                _ => hasStarted && (container.Spec.ReadinessProbe is null || situation.Probes(record).IsReady),
            },
            Started = container.Role == ContainerRole.Ephemeral ? null : hasStarted,
            RestartCount = record.Attempt,
            Image = record.Image.Length > 0 ? record.Image : container.Spec.Image ?? "",
            ImageID = record.ImageId,
            ContainerID = IdPrefix + record.Id,
            AllocatedResources = container.Spec.Resources.Requests,
            Resources = isRunning ? ResizePlanner.GivenTo(situation, container) : container.Spec.Resources,
            VolumeMounts = MountsOf(container.Spec),
        };
    }

    private ContainerStatus? Before(PodContainer container)
    {
        var status = situation.Pod.Status;
        var list = container.Role switch
        {
            ContainerRole.Main => status.ContainerStatuses,
            ContainerRole.Ephemeral => status.EphemeralContainerStatuses,
            _ => status.InitContainerStatuses,
        };
        return list.FirstOrDefault(one => one.Name == container.Name);
    }

    private ContainerState State(PodContainer container, ContainerRecord record, ContainerStatus? before)
    {
        switch (record.State)
        {
            case ContainerRunState.Running:
                return new ContainerState { Running = new ContainerStateRunning { StartedAt = ApiTime.Truncate(record.StartedAt ?? record.CreatedAt) } };
            case ContainerRunState.Exited:
                return Waiting(container, record, before) is { } waiting ? new ContainerState { Waiting = waiting } : new ContainerState { Terminated = Terminated(record) };
            case ContainerRunState.Unknown:
                return new ContainerState { Terminated = Unknown(ExitReasons.StatusUnknown, NotLocated) };
            default:
                return new ContainerState { Waiting = StartFailure(container) ?? new ContainerStateWaiting { Reason = DefaultReason } };
        }
    }

    // A container that ended shows so until there is a reason for it to wait; then its end becomes the last state.
    private ContainerStateWaiting? Waiting(PodContainer container, ContainerRecord ended, ContainerStatus? before)
    {
        if (plan.End is not null)
        {
            return null;
        }

        if (plan.BackOffs.FirstOrDefault(one => one.Container.Name == container.Name) is { } wait)
        {
            var pod = situation.Pod.Metadata;
            return new ContainerStateWaiting
            {
                Reason = CrashLoopBackOff,
                Message = $"back-off {GoDuration.Write(wait.Pause)} restarting failed container={container.Name} pod={pod.Name}_{pod.Namespace}({pod.Uid})",
            };
        }

        if (!container.RestartsAfter(ended.ExitCode, situation.Pod.Spec))
        {
            return null;
        }

        // As with a kubelet's, a reason holds until the next attempt, which may wait for its image, has come to something.
        return StartFailure(container) ?? (before?.LastState.Terminated?.ContainerID == IdPrefix + ended.Id ? before.State.Waiting : null);
    }

    private ContainerStateWaiting? StartFailure(PodContainer container) =>
        situation.RuntimeState.Of(container.Name).StartFailure is { Reason.Length: > 0 } failure ? new ContainerStateWaiting { Reason = failure.Reason, Message = failure.Message } : null;

    private ContainerState LastState(PodContainer container, ContainerRecord record, ContainerState state, ContainerStatus? before)
    {
        if (record.State == ContainerRunState.Exited && state.Waiting is not null)
        {
            return new ContainerState { Terminated = Terminated(record) };
        }

        if (situation.View.Of(container.Name).Skip(1).FirstOrDefault(one => one.State == ContainerRunState.Exited) is { } previous)
        {
            return new ContainerState { Terminated = Terminated(previous) };
        }

        if (before is null)
        {
            return new ContainerState();
        }

        if (before.ContainerID == IdPrefix + record.Id || before.State.Terminated is null)
        {
            return before.LastState;
        }

        return before.State;
    }

    private ContainerStatus WithoutRecord(PodContainer container, ContainerStatus? before)
    {
        // Of a pod that has ended, its status is all that is left.
        if (plan.End is not null && before?.State.Terminated is not null)
        {
            return before;
        }

        var isLost = before?.State.Running is not null;
        var lastState = before switch
        {
            { State.Running: not null } => new ContainerState { Terminated = Unknown(ExitReasons.StatusUnknown, NotLocatedAnyMore) },
            { State.Terminated: not null } => before.State,
            _ => before?.LastState ?? new ContainerState(),
        };
        var state = isLost && plan.End is not null
            ? new ContainerState { Terminated = Unknown(ExitReasons.StatusUnknown, NotLocated) }
            : new ContainerState { Waiting = StartFailure(container) ?? new ContainerStateWaiting { Reason = DefaultReason } };
        return new ContainerStatus
        {
            Name = container.Name,
            State = state,
            LastState = lastState,
            Started = container.Role == ContainerRole.Ephemeral ? null : false,
            RestartCount = isLost && plan.End is null ? before!.RestartCount + 1 : before?.RestartCount ?? 0,
            Image = container.Spec.Image ?? "",
            ImageID = "",
            // While it is not what the pod asks for, what is allocated is nowhere else.
            AllocatedResources = situation.RuntimeState.PendingResize is null ? default : container.Spec.Resources.Requests,
            Resources = situation.RuntimeState.PendingResize is null ? null : container.Spec.Resources,
            VolumeMounts = MountsOf(container.Spec),
        };
    }

    private string DefaultReason => situation.Pod.Spec.InitContainers.IsEmpty ? ContainerCreating : PodInitializing;

    private ContainerStateTerminated Terminated(ContainerRecord record) => new()
    {
        ExitCode = record.ExitCode,
        Reason = record.Reason ?? ExitReasons.Of(record.ExitCode),
        Message = Message(record),
        // One that could not be started has the runtime's zero, which is a moment to the kubelet.
        StartedAt = Seconds(record.StartedAt) ?? DateTimeOffset.UnixEpoch,
        FinishedAt = Seconds(record.FinishedAt),
        ContainerID = IdPrefix + record.Id,
    };

    private string? Message(ContainerRecord record)
    {
        var own = situation.RuntimeState.Of(record.Name).TerminationMessages.GetValueOrDefault(record.Id);
        if (string.IsNullOrEmpty(own))
        {
            return string.IsNullOrEmpty(record.Message) ? null : record.Message;
        }

        return string.IsNullOrEmpty(record.Message) ? own : $"{record.Message}: {own}";
    }

    private static ContainerStateTerminated Unknown(string reason, string message) => new() { Reason = reason, Message = message, ExitCode = UnknownExitCode };

    private static ValueList<VolumeMountStatus> MountsOf(Container container) => container.VolumeMounts.Select(one => new VolumeMountStatus
    {
        Name = one.Name,
        MountPath = one.MountPath,
        ReadOnly = one.ReadOnly,
        RecursiveReadOnly = one.ReadOnly ? "Disabled" : null,
    }).ToValueList();

    /// <summary>As the API keeps it: a status that differed by a fraction would be written again and again.</summary>
    private static DateTimeOffset? Seconds(DateTimeOffset? time) => time is { } moment ? ApiTime.Truncate(moment) : null;
}
