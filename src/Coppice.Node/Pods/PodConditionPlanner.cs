using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Node.Pods;

/// <summary>The conditions of a pod that its node decides; those of others are kept as they are.</summary>
internal static class PodConditionPlanner
{
    private const string ContainersNotInitialized = "ContainersNotInitialized";
    private const string ContainersNotReady = "ContainersNotReady";
    private const string ReadinessGatesNotReady = "ReadinessGatesNotReady";
    private const string PodCompleted = "PodCompleted";
    private const string PodFailed = "PodFailed";
    private const string TerminationByKubelet = "TerminationByKubelet";

    private static readonly string[] Own =
    [
        PodConditionType.PodReadyToStartContainers, PodConditionType.Initialized, PodConditionType.Ready, PodConditionType.ContainersReady,
        PodConditionType.PodScheduled, PodConditionType.PodResizePending, PodConditionType.PodResizeInProgress, PodConditionType.AllContainersRestarting,
    ];

    /// <summary>The node's conditions of one status, beside those of others in another.</summary>
    public static ValueList<PodCondition> Merge(IReadOnlyList<PodCondition> own, IReadOnlyList<PodCondition> others)
    {
        var ours = own.Where(IsOwn).ToList();
        return [.. ours, .. others.Where(one => !IsOwn(one) && ours.All(other => other.Type != one.Type))];
    }

    // A disruption is told by whoever causes it.
    private static bool IsOwn(PodCondition one) =>
        Own.Contains(one.Type, StringComparer.Ordinal) || one is { Type: PodConditionType.DisruptionTarget, Reason: TerminationByKubelet };

    public static ValueList<PodCondition> Plan(PodSituation situation, PodStatus status)
    {
        var containersReady = ContainersReady(situation, status);
        List<PodCondition> conditions =
        [
            .. Resizes(situation),
            .. Disruption(situation),
            Condition(PodConditionType.PodReadyToStartContainers, situation.UsableSandbox is not null && !situation.HasEnded),
            Initialized(situation, status),
            Ready(situation, containersReady),
            containersReady,
            Condition(PodConditionType.PodScheduled, true),
            .. Restarting(situation, status),
        ];

        var before = situation.Pod.Status.Conditions;
        return Merge([.. conditions.Select(one => Dated(one, before, situation))], before);
    }

    // The kubelet has them before all others.
    private static IEnumerable<PodCondition> Resizes(PodSituation situation)
    {
        var runtime = situation.RuntimeState;
        if (situation.HasEnded)
        {
            yield break;
        }

        if (runtime.PendingResize is { } pending)
        {
            yield return Condition(PodConditionType.PodResizePending, true, pending.Reason, pending.Message) with
            {
                ObservedGeneration = pending.Generation,
                LastTransitionTime = pending.Since,
            };
        }

        if (runtime.ResizeInProgress is { } generation)
        {
            yield return Condition(PodConditionType.PodResizeInProgress, true, runtime.ResizeFailure?.Reason, runtime.ResizeFailure?.Message) with
            {
                ObservedGeneration = generation,
            };
        }
    }

    private static IEnumerable<PodCondition> Disruption(PodSituation situation)
    {
        if (situation.RuntimeState.Termination is { IsDisruption: true } termination)
        {
            yield return Condition(PodConditionType.DisruptionTarget, true, TerminationByKubelet, termination.Message);
        }
        else if (situation.HasEnded && situation.Pod.Status.Conditions.FirstOrDefault(one => one.Type == PodConditionType.DisruptionTarget && IsOwn(one)) is { } told)
        {
            yield return told;
        }
    }

    // Of a pod that can have all its containers start anew it is always told whether it does.
    private static IEnumerable<PodCondition> Restarting(PodSituation situation, PodStatus status)
    {
        if (situation.Containers.Any(one => one.CanRestartAll))
        {
            yield return status.Phase switch
            {
                PodPhase.Succeeded => Condition(PodConditionType.AllContainersRestarting, false, PodCompleted),
                PodPhase.Failed => Condition(PodConditionType.AllContainersRestarting, false, PodFailed),
                _ when WholeRestart.IsGoingOn(situation) => Condition(
                    PodConditionType.AllContainersRestarting, true, "RestartAllContainersStarted", "container exited with restart policy rule"),
                _ => Condition(PodConditionType.AllContainersRestarting, false),
            };
        }
    }

    private static PodCondition Initialized(PodSituation situation, PodStatus status)
    {
        // One that starts anew is not made again: it has been initialized, whatever its init containers do now.
        var startsAnew = situation.Containers.Any(one => one.CanRestartAll)
            && PodConditions.Find(situation.Pod.Status, PodConditionType.Initialized) is { Status: ConditionStatus.True };
        if (situation.Pod.Spec.InitContainers.IsEmpty || InitPlanner.HasInitialized(situation) || startsAnew)
        {
            return Condition(PodConditionType.Initialized, true);
        }

        if (status.Phase == PodPhase.Succeeded)
        {
            return Condition(PodConditionType.Initialized, true, PodCompleted);
        }

        var incomplete = situation.InitContainers.Zip(status.InitContainerStatuses)
            .Where(pair => pair.First.Role == ContainerRole.Sidecar ? pair.Second.Started != true : !pair.Second.Ready)
            .Select(pair => pair.First.Name)
            .ToList();
        return incomplete.Count == 0
            ? Condition(PodConditionType.Initialized, true)
            : Condition(PodConditionType.Initialized, false, ContainersNotInitialized, $"containers with incomplete status: [{string.Join(' ', incomplete)}]");
    }

    private static PodCondition ContainersReady(PodSituation situation, PodStatus status)
    {
        if (status.Phase == PodPhase.Succeeded)
        {
            return Condition(PodConditionType.ContainersReady, false, PodCompleted);
        }

        if (status.Phase == PodPhase.Failed)
        {
            return Condition(PodConditionType.ContainersReady, false, PodFailed);
        }

        var unready = situation.InitContainers.Zip(status.InitContainerStatuses)
            .Where(pair => pair.First.Role == ContainerRole.Sidecar && !pair.Second.Ready)
            .Select(pair => pair.First.Name)
            .Concat(situation.MainContainers.Select(one => one.Name).Where(name => !status.ContainerStatuses.Any(one => one.Name == name && one.Ready)))
            .ToList();
        return unready.Count == 0
            ? Condition(PodConditionType.ContainersReady, true)
            : Condition(PodConditionType.ContainersReady, false, ContainersNotReady, $"containers with unready status: [{string.Join(' ', unready)}]");
    }

    private static PodCondition Ready(PodSituation situation, PodCondition containersReady)
    {
        if (containersReady.Status != ConditionStatus.True)
        {
            return containersReady with { Type = PodConditionType.Ready };
        }

        // No mark of the API's says that it goes, so that this must: its services let go of it before it is asked to end.
        if (situation.RuntimeState.Termination is { } termination)
        {
            return Condition(PodConditionType.Ready, false, termination.Reason, termination.Message);
        }

        var closed = new List<string>();
        foreach (var gate in situation.Pod.Spec.ReadinessGates)
        {
            var condition = PodConditions.Find(situation.Pod.Status, gate.ConditionType);
            if (condition is null)
            {
                closed.Add($"corresponding condition of pod readiness gate \"{gate.ConditionType}\" does not exist.");
            }
            else if (condition.Status != ConditionStatus.True)
            {
                closed.Add($"the status of pod readiness gate \"{gate.ConditionType}\" is not \"True\", but {condition.Status}");
            }
        }

        return closed.Count == 0
            ? Condition(PodConditionType.Ready, true)
            : Condition(PodConditionType.Ready, false, ReadinessGatesNotReady, string.Join(", ", closed));
    }

    private static PodCondition Condition(string type, bool holds, string? reason = null, string? message = null) =>
        new() { Type = type, Status = holds ? ConditionStatus.True : ConditionStatus.False, Reason = reason, Message = message };

    // A condition keeps its time as long as it holds or does not.
    private static PodCondition Dated(PodCondition condition, ValueList<PodCondition> before, PodSituation situation)
    {
        var same = before.FirstOrDefault(one => one.Type == condition.Type && one.Status == condition.Status);
        return condition with
        {
            LastTransitionTime = condition.LastTransitionTime ?? same?.LastTransitionTime ?? ApiTime.Truncate(situation.Dated),
            ObservedGeneration = condition.ObservedGeneration > 0 ? condition.ObservedGeneration : situation.Pod.Metadata.Generation,
        };
    }
}
