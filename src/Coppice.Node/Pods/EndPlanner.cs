using Coppice.Node.Runtime;
using Coppice.Objects;

namespace Coppice.Node.Pods;

/// <summary>
/// The way of a pod to its end: containers are stopped within their grace (sidecars after the others, the last one first), then the
/// sandbox, volumes and cgroup are let go of; a deleted pod is then taken out of the API.
/// </summary>
internal static class EndPlanner
{
    public static PodPlan Plan(PodSituation situation, PodEnd end)
    {
        var draft = new PlanDraft(situation);
        if (StopContainers(draft, end))
        {
            ReleaseDevices(draft);
            if (StopSandboxes(draft) && !situation.HoldsDevices)
            {
                CleanUp(draft);
            }
        }

        var isDone = situation.RuntimeState is { IsGone: true, CleanUp: Pods.CleanUp.Done, IsSandboxBusy: false }
            && situation.View is { Sandboxes.Count: 0, Containers.Count: 0 };
        return draft.Finish(end, isDone);
    }

    private static bool StopContainers(PlanDraft draft, PodEnd end)
    {
        var situation = draft.Situation;
        var running = situation.View.Containers.Where(one => one.State is ContainerRunState.Running or ContainerRunState.Unknown).ToList();
        var deadline = Deadline(situation, end);
        foreach (var record in situation.Now >= deadline ? running : NextToStop(situation, running))
        {
            draft.Kill(PodPlanner.ContainerOf(situation, record), record, $"Stopping container {record.Name}", deadline);
        }

        if (running.Count > 0 && situation.Now < deadline)
        {
            draft.LookAt(deadline);
        }

        return running.Count == 0 && !situation.RuntimeState.Containers.Values.Any(one => one.IsStarting);
    }

    // Sidecars serve the others to their end: they go when those are gone, in the reverse of the order they came in.
    private static IEnumerable<ContainerRecord> NextToStop(PodSituation situation, List<ContainerRecord> running)
    {
        var sidecars = situation.Containers.Where(one => one.Role == ContainerRole.Sidecar).Select(one => one.Name).ToList();
        var others = running.Where(one => !sidecars.Contains(one.Name)).ToList();
        if (others.Count > 0)
        {
            return others;
        }

        var last = sidecars.FindLast(name => running.Any(one => one.Name == name));
        return running.Where(one => one.Name == last);
    }

    private static DateTimeOffset Deadline(PodSituation situation, PodEnd end)
    {
        var since = situation.RuntimeState.EndingSince ?? situation.Now;
        var own = since + (end.Termination?.Grace ?? situation.Grace);
        if (!situation.IsDeleted)
        {
            return own;
        }

        if (situation.Pod.Metadata.DeletionGracePeriodSeconds == 0)
        {
            return since;
        }

        // The server's clock may not be ours, and either may be set: beyond the grace that was asked for its time is not believed, and
        // what was over before we began to stop the pod is counted from then.
        var asked = Spans.Seconds(situation.Pod.Metadata.DeletionGracePeriodSeconds ?? 0);
        var latest = since + (asked > situation.Grace ? asked : situation.Grace);
        var at = situation.Pod.Metadata.DeletionTimestamp is { } dated && situation.OnSteadyClock(dated) is var told && told > since && told < latest ? told : latest;
        return at < own || end.Termination is null ? at : own;
    }

    /// <summary>Before the API knows that the pod has ended: from then on somebody else gets them.</summary>
    private static void ReleaseDevices(PlanDraft draft)
    {
        if (draft.Situation is { HoldsDevices: true, RuntimeState.Devices: Pods.CleanUp.NotBegun })
        {
            draft.Add(new PodAction.ReleaseDevices());
        }
    }

    private static bool StopSandboxes(PlanDraft draft)
    {
        var situation = draft.Situation;
        if (situation.RuntimeState.IsSandboxBusy)
        {
            return false;
        }

        var ready = situation.View.Sandboxes.Where(one => one.State == SandboxState.Ready).ToList();
        foreach (var sandbox in ready)
        {
            draft.Add(new PodAction.StopSandbox(sandbox.Id));
        }

        return ready.Count == 0;
    }

    private static void CleanUp(PlanDraft draft)
    {
        var situation = draft.Situation;
        var runtime = situation.RuntimeState;
        if (runtime.CleanUp == Pods.CleanUp.NotBegun)
        {
            draft.Add(new PodAction.CleanUpPod());
        }
        // A pod that only ended keeps its containers, as long as there is room: their logs and exit codes can be asked for until it is deleted.
        if (!situation.IsDeleted && !runtime.GivesUpRemains)
        {
            return;
        }

        foreach (var sandbox in situation.View.Sandboxes)
        {
            draft.Add(new PodAction.RemoveSandbox(sandbox.Id));
        }

        foreach (var container in situation.View.Containers)
        {
            if (!situation.View.Sandboxes.Any(one => one.Id == container.SandboxId))
            {
                draft.Remove(container);
            }
        }

        if (!situation.IsDeleted && runtime.Logs == Pods.CleanUp.NotBegun && situation.View is { Sandboxes.Count: 0, Containers.Count: 0 })
        {
            draft.Add(new PodAction.RemoveLogs());
        }

        var isClean = runtime.CleanUp == Pods.CleanUp.Done && situation.View is { Sandboxes.Count: 0, Containers.Count: 0 };
        if (isClean && runtime is { IsGone: false, IsFinalStatusWritten: true, IsDeleteAsked: false })
        {
            draft.Add(new PodAction.DeletePod());
        }
    }
}
