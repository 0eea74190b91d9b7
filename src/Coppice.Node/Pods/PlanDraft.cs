using Coppice.Node.Containers;
using Coppice.Node.Runtime;

namespace Coppice.Node.Pods;

/// <summary>A plan in the making: collects actions and the next moment to look.</summary>
internal sealed class PlanDraft(PodSituation situation)
{
    private readonly List<PodAction> _actions = [];
    private readonly List<BackOffWait> _backOffs = [];
    private DateTimeOffset? _lookAgainAt;

    public PodSituation Situation => situation;

    public bool HasActions => _actions.Count > 0;

    public void Add(PodAction action) => _actions.Add(action);

    public void LookAt(DateTimeOffset at)
    {
        if (_lookAgainAt is not { } earlier || at < earlier)
        {
            _lookAgainAt = at;
        }
    }

    /// <summary>Starts a container, unless it is busy, has just failed or has to wait.</summary>
    public void Start(PodContainer container)
    {
        var runtime = situation.RuntimeState.Of(container.Name);
        if (runtime.IsStarting || runtime.KillDeadline is not null)
        {
            return;
        }

        if (runtime.StartFailure is { } failure && failure.RetryAt > situation.Now && (failure.SandboxId is null || failure.SandboxId == situation.View.Sandbox?.Id))
        {
            LookAt(failure.RetryAt);
            return;
        }

        RestartBackOff? next = null;
        if (situation.View.Of(container.Name).FirstOrDefault(one => one.State == ContainerRunState.Exited) is { } ended)
        {
            next = AfterPause(container, ended);
            if (next is null)
            {
                return;
            }
        }

        Add(new PodAction.StartContainer(container, NextAttempt(container), next));
    }

    /// <summary>The pauses between restarts, as of one that is begun now; null for a container that has to wait yet, which is noted.</summary>
    public RestartBackOff? AfterPause(PodContainer container, ContainerRecord ended)
    {
        // One that was changed since has not failed yet.
        var backOff = ContainerSpecBuilder.IsOf(container.Spec, ended) ? situation.RuntimeState.Of(container.Name).BackOff : null;
        var endedAt = situation.OnSteadyClock(ended.FinishedAt ?? ended.CreatedAt);
        var restartAt = RestartBackOff.RestartAt(backOff, endedAt, situation.Now);
        if (restartAt > situation.Now)
        {
            _backOffs.Add(new BackOffWait(container, ended, backOff!.Pause));
            LookAt(restartAt);
            return null;
        }

        return RestartBackOff.Next(backOff, endedAt, situation.Now);
    }

    /// <summary>Stops a container, unless that is already going on.</summary>
    public void Kill(PodContainer? container, ContainerRecord record, string message, DateTimeOffset deadline, bool startsAgain = false)
    {
        // A deadline that was brought forward counts: somebody asked again, with less grace.
        if (situation.RuntimeState.Of(record.Name).KillDeadline is { } earlier && deadline > earlier - LeastHaste)
        {
            return;
        }

        Add(new PodAction.KillContainer(record, container, message, deadline, startsAgain));
    }

    /// <param name="restarts">The pauses of a container that had all of the pod start anew.</param>
    public void Remove(ContainerRecord record, RestartBackOff? restarts = null)
    {
        if (!situation.RuntimeState.Removing.Contains(record.Id))
        {
            Add(new PodAction.RemoveContainer(record.Id) { Restarts = restarts is null ? null : (record.Name, restarts) });
        }
    }

    public PodPlan Finish(PodEnd? end = null, bool isDone = false) => new(_actions, end, _lookAgainAt, _backOffs, isDone);

    private static readonly TimeSpan LeastHaste = TimeSpan.FromSeconds(1);

    // What the runtime has forgotten, the status still knows: restarts are counted over a lost runtime, too.
    private int NextAttempt(PodContainer container)
    {
        if (situation.View.Newest(container.Name) is { } newest)
        {
            return newest.Attempt + 1;
        }

        var status = situation.Pod.Status;
        var known = status.ContainerStatuses.Concat(status.InitContainerStatuses).FirstOrDefault(one => one.Name == container.Name);
        return known is null || (string.IsNullOrEmpty(known.ContainerID) && known.LastState.Terminated is null) ? 0 : known.RestartCount + 1;
    }
}
