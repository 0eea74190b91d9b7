using Coppice.Node.Admission;
using Coppice.Node.Containers;
using Coppice.Node.Runtime;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Node.Pods;

/// <summary>
/// Decides what to do for a pod, as Kubernetes' node agent does: a pure function of what is desired, what there is, what is
/// remembered, and the time.
/// </summary>
/// <remarks>
/// <code>
/// 1. Is it to end?             deleted, told to, its deadline, ended by itself           → EndPlanner
///    Is it held?               nothing is begun
/// 2. Has it a usable sandbox?  no: make one, and prepare the first containers meanwhile
///    Are all to start anew?    end and forget them first                             → WholeRestart
/// 3. Init containers           in their order, sidecars among them                   → InitPlanner
/// 4. Main containers           start, restart after their pause, stop the unhealthy
/// 5. May they use what they ask for?                                                 → ResizePlanner
/// 6. Nothing to do?            remove what is left of earlier attempts
/// </code>
/// </remarks>
public static class PodPlanner
{
    public static PodPlan Plan(PodSituation situation)
    {
        if (EndOf(situation) is { } end)
        {
            return EndPlanner.Plan(situation, end);
        }

        var draft = new PlanDraft(situation);
        if (situation.ActiveUntil is { } until)
        {
            draft.LookAt(until);
        }

        foreach (var container in situation.Containers)
        {
            if (ContainerReplacement.Until(situation, container) is { } replaced)
            {
                draft.LookAt(replaced);
            }
        }

        if (situation.RuntimeState.IsHeld)
        {
            return draft.Finish();
        }

        if (situation.UsableSandbox is { } sandbox)
        {
            StopStrays(draft, sandbox);
            foreach (var container in situation.Containers.Where(one => one.Role == ContainerRole.Ephemeral))
            {
                PlanEphemeral(draft, container);
            }

            if (!WholeRestart.Plan(draft))
            {
                PlanOwn(draft);
            }
        }
        else
        {
            PlanSandbox(draft);
        }

        if (!draft.HasActions)
        {
            Tidy(draft);
        }

        return draft.Finish();
    }

    private static void PlanOwn(PlanDraft draft)
    {
        if (InitPlanner.Plan(draft))
        {
            foreach (var container in draft.Situation.MainContainers)
            {
                PlanMain(draft, container);
            }
        }

        ResizePlanner.Plan(draft);
    }

    /// <summary>Why the pod is to end; null while it is to run.</summary>
    public static PodEnd? EndOf(PodSituation situation)
    {
        if (situation.RuntimeState.Termination is { } termination)
        {
            return new PodEnd(termination);
        }

        if (situation.IsDeleted || situation.HasEnded || HasFinished(situation))
        {
            return new PodEnd(null);
        }

        return situation.ActiveUntil <= situation.Now
            ? new PodEnd(new PodTermination("DeadlineExceeded", "Pod was active on the node longer than the specified deadline"))
            : null;
    }

    /// <summary>Whether the containers have ended and none will be started again.</summary>
    public static bool HasFinished(PodSituation situation)
    {
        if (InitPlanner.HasFailed(situation))
        {
            return true;
        }
        // With restart policy Never a sandbox that died is not made again once anything had run in it.
        var isLost = situation.Pod.Spec.RestartPolicy == RestartPolicy.Never
            && situation.View is { Sandbox: not null, Containers.Count: > 0 } && situation.UsableSandbox is null
            && !situation.View.Containers.Any(one => one.State == ContainerRunState.Running);
        return isLost || situation.MainContainers.All(one => situation.View.Newest(one.Name) is { State: ContainerRunState.Exited } && !Wants(situation, one));
    }

    private static void PlanSandbox(PlanDraft draft)
    {
        var situation = draft.Situation;
        var old = situation.View.Sandbox;
        foreach (var record in situation.View.Containers.Where(one => one.State == ContainerRunState.Running))
        {
            draft.Kill(ContainerOf(situation, record), record, $"Stopping container {record.Name}", situation.Now + situation.Grace);
        }

        if (situation.View.Containers.Any(one => one.State == ContainerRunState.Running) || situation.RuntimeState.IsSandboxBusy)
        {
            return;
        }

        if (situation.RuntimeState.SandboxFailure is { } failure && failure.RetryAt > situation.Now)
        {
            draft.LookAt(failure.RetryAt);
            return;
        }

        draft.Add(new PodAction.MakeSandbox(old is null ? 0 : old.Attempt + 1, old));
        if (situation.InitContainers.FirstOrDefault() is { } first)
        {
            draft.Start(first);
        }
        else
        {
            foreach (var container in situation.MainContainers.Where(one => Wants(situation, one)))
            {
                draft.Start(container);
            }
        }
    }

    private static void PlanEphemeral(PlanDraft draft, PodContainer container)
    {
        if (draft.Situation.View.Newest(container.Name) is null)
        {
            draft.Start(container);
        }
    }

    private static void PlanMain(PlanDraft draft, PodContainer container)
    {
        var situation = draft.Situation;
        if (situation.Current(container.Name) is { State: ContainerRunState.Running } record)
        {
            if (!ContainerSpecBuilder.IsOf(container.Spec, record))
            {
                draft.Kill(container, record, $"Container {container.Name} definition changed, will be restarted", situation.Now + situation.Grace, startsAgain: true);
            }
            else
            {
                KillIfUnhealthy(draft, container, record);
            }
        }
        else if (situation.View.Newest(container.Name) is { State: ContainerRunState.Unknown } lost)
        {
            draft.Kill(container, lost, "Container is in unknown state, try killing it before restart", situation.Now + situation.Grace);
        }
        else if (Wants(situation, container))
        {
            draft.Start(container);
        }
    }

    /// <summary>Stops a container whose liveness or startup probe gave it up.</summary>
    internal static void KillIfUnhealthy(PlanDraft draft, PodContainer container, ContainerRecord record)
    {
        var situation = draft.Situation;
        if (situation.Probes(record).Failed is not { } failed)
        {
            return;
        }

        var (name, probe) = failed == FatalProbe.Liveness ? ("liveness", container.Spec.LivenessProbe) : ("startup", container.Spec.StartupProbe);
        var title = container.Role == ContainerRole.Main ? "Container" : "Init container";
        var grace = probe?.TerminationGracePeriodSeconds is { } own ? Spans.Seconds(own) : situation.Grace;
        var restarts = container.RestartsAfter(KilledExitCode, situation.Pod.Spec) ? ", will be restarted" : "";
        draft.Kill(container, record, $"{title} {container.Name} failed {name} probe{restarts}", situation.Now + grace);
    }

    internal static PodContainer? ContainerOf(PodSituation situation, ContainerRecord record) =>
        situation.Containers.FirstOrDefault(one => one.Name == record.Name);

    // Whether a main container that does not run is to be started.
    private static bool Wants(PodSituation situation, PodContainer container) => situation.View.Newest(container.Name) switch
    {
        null or { State: ContainerRunState.Created or ContainerRunState.Unknown } => true,
        { State: ContainerRunState.Exited } ended => situation.RuntimeState.Of(container.Name).StartsAgain || container.RestartsAfter(ended.ExitCode, situation.Pod.Spec),
        _ => false,
    };

    // Nothing of an earlier sandbox, and nothing that the spec no longer names, may run beside the pod.
    private static void StopStrays(PlanDraft draft, SandboxRecord sandbox)
    {
        var situation = draft.Situation;
        foreach (var record in situation.View.Containers.Where(one => one.State == ContainerRunState.Running))
        {
            var container = ContainerOf(situation, record);
            if (record.SandboxId == sandbox.Id && container is not null)
            {
                continue;
            }

            draft.Kill(container, record, $"Stopping container {record.Name}", situation.Now + situation.Grace);
        }
    }

    // Of each container the newest stays, and the one before it for its log and last state.
    private static void Tidy(PlanDraft draft)
    {
        var situation = draft.Situation;
        if (situation.RuntimeState.IsSandboxBusy || situation.RuntimeState.Containers.Values.Any(one => one.IsStarting || one.KillDeadline is not null))
        {
            return;
        }

        var kept = new HashSet<string>(StringComparer.Ordinal);
        foreach (var sameName in situation.View.Containers.GroupBy(one => one.Name))
        {
            var newest = sameName.First();
            kept.Add(newest.Id);
            if (sameName.Skip(1).FirstOrDefault(one => one.State == ContainerRunState.Exited) is { } before)
            {
                kept.Add(before.Id);
            }
        }

        foreach (var record in situation.View.Containers.Where(one => !kept.Contains(one.Id) && one.State != ContainerRunState.Running))
        {
            draft.Remove(record);
        }

        foreach (var old in situation.View.Sandboxes.Skip(1))
        {
            if (old.State == SandboxState.Ready)
            {
                draft.Add(new PodAction.StopSandbox(old.Id));
            }
            else if (!situation.View.Containers.Any(one => one.SandboxId == old.Id && kept.Contains(one.Id)))
            {
                draft.Add(new PodAction.RemoveSandbox(old.Id));
            }
        }
    }

    private const int KilledExitCode = 137;
}
