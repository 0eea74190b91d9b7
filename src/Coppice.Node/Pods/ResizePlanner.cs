using Coppice.Node.Runtime;
using Coppice.Objects;
using Coppice.Objects.Core;
using ContainerState = Coppice.Node.Runtime.ContainerState;

namespace Coppice.Node.Pods;

/// <summary>
/// Finds the running containers that may not use yet what is allocated to them now. They are given it as they run, or restarted where
/// their resize policy says so.
/// </summary>
internal static class ResizePlanner
{
    public static void Plan(PlanDraft draft)
    {
        var (situation, notes) = (draft.Situation, draft.Situation.Notes);
        var changed = Changed(situation).ToList();
        foreach (var (record, container) in changed.Where(one => NeedsRestart(situation, one.Container)))
        {
            draft.Kill(container, record, $"Container {container.Name} resize requires restart", situation.Now + situation.Grace, startsAgain: true);
        }

        var inPlace = changed.Where(one => !NeedsRestart(situation, one.Container)).ToList();
        if (inPlace.Count == 0 || notes.IsResizing)
        {
            return;
        }

        if (notes.ResizeTrouble is { } trouble && trouble.RetryAt > situation.Now)
        {
            draft.LookAt(trouble.RetryAt);
            return;
        }

        draft.Add(new PodAction.Resize(inPlace));
    }

    /// <summary>What a container may use now; of one that nobody knows about, what is allocated to it.</summary>
    public static ResourceRequirements GivenTo(PodSituation situation, PodContainer container) =>
        situation.Notes.Of(container.Name).Given ?? container.Spec.Resources;

    /// <summary>Whether something runs, or is being started, with other than what is allocated to it.</summary>
    public static bool IsUnderWay(PodSituation situation) => Differing(situation).Any(container =>
        situation.Current(container.Name) is { State: ContainerState.Running } || situation.Notes.Of(container.Name).IsStarting);

    private static IEnumerable<PodContainer> Differing(PodSituation situation) => situation.Containers.Where(one =>
        one.Role is ContainerRole.Main or ContainerRole.Sidecar && GivenTo(situation, one) != one.Spec.Resources);

    private static IEnumerable<(ContainerRecord Record, PodContainer Container)> Changed(PodSituation situation)
    {
        foreach (var container in Differing(situation))
        {
            if (situation.Current(container.Name) is { State: ContainerState.Running } record
                && situation.Notes.Of(container.Name) is { IsStarting: false, KillDeadline: null })
            {
                yield return (record, container);
            }
        }
    }

    private static bool NeedsRestart(PodSituation situation, PodContainer container)
    {
        var (given, wanted) = (GivenTo(situation, container), container.Spec.Resources);
        return container.Spec.ResizePolicy.Any(policy =>
            policy.RestartPolicy == ResourceResizeRestartPolicy.RestartContainer
            && (Differs(given.Requests, wanted.Requests, policy.ResourceName) || Differs(given.Limits, wanted.Limits, policy.ResourceName)));
    }

    private static bool Differs(ValueMap<Quantity> one, ValueMap<Quantity> other, string name) => one.Find(name) != other.Find(name);
}
