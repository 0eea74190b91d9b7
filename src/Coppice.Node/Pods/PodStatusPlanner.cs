using Coppice.Node.Containers;
using Coppice.Node.Runtime;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Node.Pods;

/// <summary>
/// What a pod's status is, to the letter of Kubernetes: a pure function of its situation, the plan made from it, and the status before
/// (<see cref="PodSituation.Pod"/>), from which times and last states are carried on.
/// </summary>
public static class PodStatusPlanner
{
    /// <param name="hostAddresses">The node's addresses, the primary first.</param>
    public static PodStatus Plan(PodSituation situation, PodPlan plan, IReadOnlyList<string> hostAddresses)
    {
        var before = situation.Pod.Status;
        var containers = new ContainerStatusPlanner(situation, plan);
        ValueList<ContainerStatus> Statuses(params ReadOnlySpan<ContainerRole> roles)
        {
            var wanted = roles.ToArray();
            return situation.Containers.Where(one => wanted.Contains(one.Role)).Select(containers.Plan).ToValueList();
        }

        var status = before with
        {
            ObservedGeneration = situation.Pod.Metadata.Generation,
            QosClass = before.QosClass ?? QualityOfService.Of(situation.Pod).ToString(),
            StartTime = before.StartTime ?? ApiTime.Truncate(situation.Dated),
            AllocatedResources = situation.Pod.Spec.Resources?.Requests ?? default,
            Resources = ResizePlanner.GivenToPod(situation),
            HostIP = hostAddresses.Count > 0 ? hostAddresses[0] : null,
            HostIPs = hostAddresses.Select(one => new HostIP { Ip = one }).ToValueList(),
            InitContainerStatuses = Statuses(ContainerRole.Init, ContainerRole.Sidecar),
            ContainerStatuses = Statuses(ContainerRole.Main).OrderBy(one => one.Name, StringComparer.Ordinal).ToValueList(),
            EphemeralContainerStatuses = Statuses(ContainerRole.Ephemeral),
        };
        status = WithAddresses(status, situation, hostAddresses);
        status = status with { Phase = PodPhasePlanner.Plan(situation, status, HasStopped(situation, plan)) };
        var termination = status.Phase == PodPhase.Failed ? plan.End?.Termination ?? situation.RuntimeState.Termination : null;
        if (termination is not null)
        {
            status = status with { Reason = termination.Reason, Message = termination.Message };
        }

        status = status with { Conditions = PodConditionPlanner.Plan(situation, status) };
        return termination is { IsRefusal: true } ? status with { InitContainerStatuses = [], ContainerStatuses = [], EphemeralContainerStatuses = [] } : status;
    }

    /// <summary>Whether nothing of a pod that is to end runs any more, or holds a device: its phase is then final.</summary>
    public static bool HasStopped(PodSituation situation, PodPlan plan) =>
        plan.End is not null
        && !situation.HoldsDevices
        && !situation.View.Containers.Any(one => one.State is ContainerRunState.Running or ContainerRunState.Unknown)
        && !situation.RuntimeState.Containers.Values.Any(one => one.IsStarting);

    private static PodStatus WithAddresses(PodStatus status, PodSituation situation, IReadOnlyList<string> hostAddresses)
    {
        if (situation.UsableSandbox is not { } sandbox)
        {
            return status;
        }

        var addresses = situation.Pod.Spec.HostNetwork ? hostAddresses : sandbox.Addresses;
        return status with
        {
            PodIP = addresses.Count > 0 ? addresses[0] : null,
            PodIPs = addresses.Select(one => new PodIP { Ip = one }).ToValueList(),
        };
    }
}
