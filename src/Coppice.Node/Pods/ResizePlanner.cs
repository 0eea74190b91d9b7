using Coppice.Node.Containers;
using Coppice.Node.Runtime;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Node.Pods;

/// <summary>
/// Finds the running containers that may not use yet what is allocated to them now. They are given it as they run, or restarted where
/// their resize policy says so.
/// </summary>
internal static class ResizePlanner
{
    public static void Plan(PlanDraft draft)
    {
        var (situation, runtime) = (draft.Situation, draft.Situation.RuntimeState);
        var wholeDiffers = WholeDiffers(situation);
        var changed = Running(situation).Where(one => wholeDiffers || Differs(situation, one.Container)).ToList();
        foreach (var (record, container) in changed.Where(one => NeedsRestart(situation, one.Container)))
        {
            draft.Kill(container, record, $"Container {container.Name} resize requires restart", situation.Now + situation.Grace, startsAgain: true);
        }

        var inPlace = changed.Where(one => !NeedsRestart(situation, one.Container)).ToList();
        if ((inPlace.Count == 0 && !wholeDiffers) || runtime.IsResizing)
        {
            return;
        }

        if (runtime.ResizeFailure is { } failure && failure.RetryAt > situation.Now)
        {
            draft.LookAt(failure.RetryAt);
            return;
        }

        draft.Add(new PodAction.Resize(inPlace));
    }

    /// <summary>What a container may use now; of one that nobody knows about, what is allocated to it.</summary>
    public static ResourceRequirements GivenTo(PodSituation situation, PodContainer container) =>
        situation.RuntimeState.Of(container.Name).Given ?? container.Spec.Resources;

    /// <summary>Whether something runs, or is being started, with other than what is allocated to it.</summary>
    public static bool IsUnderWay(PodSituation situation) => WholeDiffers(situation) || Resizable(situation).Any(container =>
        Differs(situation, container)
        && (situation.Current(container.Name) is { State: ContainerRunState.Running } || situation.RuntimeState.Of(container.Name).IsStarting));

    /// <summary>What the pod may use as a whole; null where it says nothing of itself.</summary>
    public static ResourceRequirements? GivenToPod(PodSituation situation) => situation.RuntimeState.Given ?? situation.Pod.Spec.Resources;

    private static bool WholeDiffers(PodSituation situation) => situation.UsableSandbox is not null && GivenToPod(situation) != situation.Pod.Spec.Resources;

    private static bool Differs(PodSituation situation, PodContainer container) => GivenTo(situation, container) != container.Spec.Resources;

    private static IEnumerable<PodContainer> Resizable(PodSituation situation) =>
        situation.Containers.Where(one => one.Role is ContainerRole.Main or ContainerRole.Sidecar);

    private static IEnumerable<(ContainerRecord Record, PodContainer Container)> Running(PodSituation situation)
    {
        foreach (var container in Resizable(situation))
        {
            if (situation.Current(container.Name) is { State: ContainerRunState.Running } record
                && situation.RuntimeState.Of(container.Name) is { IsStarting: false, KillDeadline: null })
            {
                yield return (record, container);
            }
        }
    }

    private static bool NeedsRestart(PodSituation situation, PodContainer container)
    {
        var (given, wanted) = (GivenTo(situation, container), container.Spec.Resources);
        // A container without a limit of its own has its pod's, and is given another when that changes.
        var runtime = situation.RuntimeState.Of(container.Name);
        var (givenWhole, wantedWhole) = (runtime.Given is null ? GivenToPod(situation) : runtime.GivenWhole, situation.Pod.Spec.Resources);
        return container.Spec.ResizePolicy.Any(policy =>
            policy.RestartPolicy == ResourceResizeRestartPolicy.RestartContainer
            && (given.Requests.Find(policy.ResourceName) != wanted.Requests.Find(policy.ResourceName)
                || ContainerLimits.LimitOf(given, givenWhole, policy.ResourceName) != ContainerLimits.LimitOf(wanted, wantedWhole, policy.ResourceName)));
    }
}
