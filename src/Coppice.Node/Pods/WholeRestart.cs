using Coppice.Node.Runtime;

namespace Coppice.Node.Pods;

/// <summary>
/// All containers of a pod start anew because one of them ended with a code that asks for it (the action RestartAllContainers): they are
/// ended without a preStop hook or much grace, then forgotten, and the pod begins from its first init container, in the sandbox and with the
/// volumes that it has.
/// </summary>
/// <remarks>Who asked for it is forgotten last: as long as the runtime knows that one, another agent would go on here.</remarks>
internal static class WholeRestart
{
    /// <summary>Whether it is going on. Of a sandbox that died nothing needs to be ended.</summary>
    public static bool IsGoingOn(PodSituation situation) => situation.UsableSandbox is not null && Askers(situation).Any();

    /// <returns>Whether it is going on, and nothing else may be done.</returns>
    public static bool Plan(PlanDraft draft)
    {
        var situation = draft.Situation;
        var askers = Askers(situation).ToList();
        if (askers.Count == 0)
        {
            return false;
        }

        var all = Restarting(situation).SelectMany(one => situation.View.Of(one.Name)).ToList();
        var running = all.Where(one => one.State is ContainerRunState.Running or ContainerRunState.Unknown).ToList();
        foreach (var record in running)
        {
            draft.Kill(PodPlanner.ContainerOf(situation, record), record, $"Stopping container {record.Name}", situation.Now);
        }

        if (running.Count > 0 || Restarting(situation).Any(one => situation.RuntimeState.Of(one.Name).IsStarting))
        {
            return true;
        }

        var others = all.Where(one => !askers.Any(asker => asker.Ended.Id == one.Id)).ToList();
        others.ForEach(one => draft.Remove(one));
        foreach (var (container, ended) in others.Count == 0 ? askers : [])
        {
            if (draft.AfterPause(container, ended) is { } next)
            {
                draft.Remove(ended, next);
            }
        }

        return true;
    }

    // Ephemeral containers are there for a look, and stay.
    private static IEnumerable<PodContainer> Restarting(PodSituation situation) => situation.Containers.Where(one => one.Role != ContainerRole.Ephemeral);

    private static IEnumerable<(PodContainer Container, ContainerRecord Ended)> Askers(PodSituation situation) =>
        from container in Restarting(situation)
        let record = situation.Current(container.Name)
        where record is { State: ContainerRunState.Exited } && container.RestartsAllAfter(record.ExitCode)
        select (container, record);
}
