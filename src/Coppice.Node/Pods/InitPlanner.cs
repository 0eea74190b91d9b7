using Coppice.Node.Runtime;

namespace Coppice.Node.Pods;

/// <summary>The part of the plan for init containers: one after the other, each sidecar kept running from its turn on.</summary>
internal static class InitPlanner
{
    /// <summary>Whether an init container failed for good, which fails the pod.</summary>
    public static bool HasFailed(PodSituation situation) =>
        !HasInitialized(situation) && situation.InitContainers.Any(one =>
            one.Role == ContainerRole.Init
            && situation.Current(one.Name) is { State: ContainerRunState.Exited, ExitCode: not 0 } ended
            && !one.RestartsAfter(ended.ExitCode, situation.Pod.Spec));

    /// <summary>Plans the init containers; returns whether the main ones may be started.</summary>
    public static bool Plan(PlanDraft draft)
    {
        var situation = draft.Situation;
        var containers = situation.InitContainers.ToList();
        var reached = Reached(situation, containers);
        for (var at = 0; at < containers.Count; at++)
        {
            var container = containers[at];
            var mayGoOn = container.Role == ContainerRole.Sidecar
                ? PlanSidecar(draft, container)
                : at < reached || PlanInit(draft, container);
            if (!mayGoOn && at >= reached)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Once a main container was made in this sandbox, the init containers have done their work, even if they were removed since.</summary>
    public static bool HasInitialized(PodSituation situation) => situation.MainContainers.Any(one => situation.Current(one.Name) is not null);

    // The place of the last container that was begun in this sandbox: all before it have had their turn.
    private static int Reached(PodSituation situation, List<PodContainer> containers) =>
        HasInitialized(situation) ? containers.Count : containers.FindLastIndex(one => situation.Current(one.Name) is not null);

    private static bool PlanInit(PlanDraft draft, PodContainer container)
    {
        switch (draft.Situation.Current(container.Name))
        {
            case { State: ContainerRunState.Running }:
                return false;
            case { State: ContainerRunState.Exited, ExitCode: 0 }:
                return true;
            default:
                draft.Start(container);
                return false;
        }
    }

    private static bool PlanSidecar(PlanDraft draft, PodContainer container)
    {
        if (draft.Situation.Current(container.Name) is not { State: ContainerRunState.Running } record)
        {
            draft.Start(container);
            return false;
        }

        PodPlanner.KillIfUnhealthy(draft, container, record);
        return draft.Situation.HasStarted(container, record);
    }
}
