using Coppice.Objects.Core;
using Coppice.Objects;

namespace Coppice.ApiServer.Kinds.Core;

/// <summary>A pod in one line: what kubectl's READY, STATUS and RESTARTS say. The rules are those of Kubernetes' printer of pods.</summary>
/// <param name="Ready">Ready containers, sidecars among them.</param>
/// <param name="Containers">Containers that are to be ready, sidecars among them.</param>
/// <param name="LastRestart">When the container that was restarted last had ended.</param>
public sealed record PodSummary(string Status, int Ready, int Containers, int Restarts, DateTimeOffset? LastRestart)
{
    private const string NodeLost = "NodeLost";

    private const string SchedulingGated = "SchedulingGated";

    public static PodSummary Of(Pod pod)
    {
        var sidecars = pod.Spec.InitContainers.Where(c => c.RestartPolicy == ContainerRestartPolicy.Always).Select(c => c.Name).ToHashSet(StringComparer.Ordinal);
        var init = OfInitContainers(pod, sidecars);
        var initialized = init.Status is null || PodConditions.IsTrue(pod.Status, PodConditionType.Initialized);
        var summary = initialized
            ? OfContainers(pod, init, [.. pod.Status.InitContainerStatuses.Take(init.Seen).Where(c => sidecars.Contains(c.Name))])
            : new PodSummary(init.Status!, init.Ready, 0, Restarted(init.Statuses), LastEnd(init.Statuses));
        return summary with { Status = Leaving(pod) ?? summary.Status, Containers = pod.Spec.Containers.Count + sidecars.Count };
    }

    /// <summary>What the first init container that has not done its part says; no status if all have.</summary>
    private static InitSummary OfInitContainers(Pod pod, HashSet<string> sidecars)
    {
        var statuses = pod.Status.InitContainerStatuses;
        var ready = 0;
        for (var i = 0; i < statuses.Count; i++)
        {
            var container = statuses[i];
            if (container.State.Terminated is { ExitCode: 0 })
            {
                continue;
            }

            if (sidecars.Contains(container.Name) && container.Started == true)
            {
                ready += container.Ready ? 1 : 0;
                continue;
            }

            var status = container.State switch
            {
                { Terminated: { } end } => $"Init:{EndText(end)}",
                { Waiting.Reason: { Length: > 0 } why } when why != "PodInitializing" => $"Init:{why}",
                _ => $"Init:{i}/{pod.Spec.InitContainers.Count}",
            };
            return new(status, ready, i + 1, [.. statuses.Take(i + 1)]);
        }

        return new(null, ready, statuses.Count, [.. statuses]);
    }

    private static PodSummary OfContainers(Pod pod, InitSummary init, IReadOnlyList<ContainerStatus> sidecars)
    {
        var status = init.Status ?? PhaseText(pod);
        var ready = init.Ready;
        var running = false;
        foreach (var container in pod.Status.ContainerStatuses.Reverse())
        {
            switch (container.State)
            {
                case { Waiting.Reason: { Length: > 0 } why }:
                    status = why;
                    break;
                case { Terminated: { } end }:
                    status = EndText(end);
                    break;
                case { Running: not null } when container.Ready:
                    running = true;
                    ready++;
                    break;
            }
        }

        // One container's end does not end a pod whose others run.
        if (status == ExitReasons.Completed && running)
        {
            status = PodConditions.IsTrue(pod.Status, PodConditionType.Ready) ? PodPhase.Running : "NotReady";
        }

        IReadOnlyList<ContainerStatus> counted = [.. sidecars, .. pod.Status.ContainerStatuses];
        return new(status, ready, 0, Restarted(counted), LastEnd(counted));
    }

    private static string PhaseText(Pod pod) =>
        pod.Status.Conditions.Any(c => c is { Type: PodConditionType.PodScheduled, Reason: SchedulingGated })
            ? SchedulingGated
            : pod.Status.Reason ?? pod.Status.Phase ?? "";

    private static string? Leaving(Pod pod) => pod switch
    {
        { Metadata.DeletionTimestamp: null } => null,
        { Status.Reason: NodeLost } => PodPhase.Unknown,
        { Status.Phase: PodPhase.Succeeded or PodPhase.Failed } => null,
        _ => "Terminating",
    };

    private static string EndText(ContainerStateTerminated end) => end switch
    {
        { Reason: { Length: > 0 } reason } => reason,
        { Signal: not 0 } => $"Signal:{end.Signal}",
        _ => $"ExitCode:{end.ExitCode}",
    };

    private static int Restarted(IReadOnlyList<ContainerStatus> containers) => containers.Sum(c => c.RestartCount);

    private static DateTimeOffset? LastEnd(IReadOnlyList<ContainerStatus> containers) => containers.Max(c => c.LastState.Terminated?.FinishedAt);

    /// <param name="Status">What keeps the pod from starting; null if nothing does.</param>
    /// <param name="Ready">Sidecars that are ready.</param>
    /// <param name="Seen">How many containers were looked at.</param>
    /// <param name="Statuses">Those that were looked at.</param>
    private sealed record InitSummary(string? Status, int Ready, int Seen, IReadOnlyList<ContainerStatus> Statuses);
}
