using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Node.Pods;

/// <summary>A pod's phase, from the statuses of its containers.</summary>
internal static class PodPhasePlanner
{
    /// <param name="hasStopped">Nothing of the pod runs or will run again.</param>
    public static string Plan(PodSituation situation, PodStatus status, bool hasStopped)
    {
        if (situation.HasEnded)
        {
            return situation.Pod.Status.Phase!;
        }

        if (hasStopped)
        {
            return Final(situation, status);
        }

        if (IsInitializing(situation, status))
        {
            return PodPhase.Pending;
        }

        var main = status.ContainerStatuses;
        if (main.Any(one => one.State.Waiting is not null && one.LastState.Terminated is null))
        {
            return PodPhase.Pending;
        }
        // What ended and will be started again, or still has sidecars to wait for, counts as running.
        return PodPhase.Running;
    }

    private static string Final(PodSituation situation, PodStatus status)
    {
        var hasSucceeded = situation.RuntimeState.Termination is null
            && status.ContainerStatuses.Count > 0
            && status.ContainerStatuses.All(one => one.State.Terminated is { ExitCode: 0 });
        return hasSucceeded ? PodPhase.Succeeded : PodPhase.Failed;
    }

    private static bool IsInitializing(PodSituation situation, PodStatus status)
    {
        if (InitPlanner.HasInitialized(situation))
        {
            return false;
        }

        return situation.InitContainers.Zip(status.InitContainerStatuses).Any(pair => pair.First.Role == ContainerRole.Sidecar
            ? pair.Second.Started != true && pair.Second.State.Terminated is null && pair.Second.LastState.Terminated is null
            : pair.Second.State.Terminated is not { ExitCode: 0 });
    }
}
