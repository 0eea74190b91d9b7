using System.Net;
using System.Net.Sockets;
using Coppice.ApiServer.Errors;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Validation;

/// <summary>What nodes report of their pods.</summary>
internal static class PodStatusValidation
{
    private static readonly FieldPath Path = FieldPath.Of("status");

    public static Findings<FieldError> Validate(Pod item, Pod old) =>
    [
        .. Conditions(item.Status.Conditions),
        .. item.Status.NominatedNodeName is { } node && node != old.Status.NominatedNodeName
            ? FieldRules.Named(Path.Child("nominatedNodeName"), node, Names.Subdomain)
            : [],
        .. FieldRules.Unchanged(Path.Child("qosClass"), item.Status.QosClass, old.Status.QosClass),
        .. EndedStaysEnded(item, old),
        .. PodAddresses(item.Status),
        .. HostAddresses(item.Status),
    ];

    /// <summary>The path is Kubernetes' own.</summary>
    private static Findings<FieldError> Conditions(ValueList<PodCondition> conditions) => FieldRules.Each(
        FieldPath.Of("metadata", "conditions"), conditions, (at, condition) => FieldRules.Named(at.Child("Type"), condition.Type, Names.Qualified));

    /// <summary>A container that has ended, and that its pod does not restart, has ended for good.</summary>
    private static Findings<FieldError> EndedStaysEnded(Pod item, Pod old)
    {
        var spec = old.Spec;
        // Where one container can have all of them start anew, none has ended for good.
        var canRestartAll = spec.Containers.Concat(spec.InitContainers)
            .Any(one => one.RestartPolicyRules.Any(rule => rule.Action == ContainerRestartRuleAction.RestartAllContainers));
        var policy = canRestartAll ? RestartPolicy.Always : null;
        return
        [
            .. EndedStaysEnded(Path.Child("containerStatuses"), (item.Status.ContainerStatuses, old.Status.ContainerStatuses), spec.Containers, policy, spec.RestartPolicy),
            .. EndedStaysEnded(Path.Child("initContainerStatuses"), (item.Status.InitContainerStatuses, old.Status.InitContainerStatuses), spec.InitContainers, policy, spec.RestartPolicy),
            .. EndedStaysEnded(
                Path.Child("ephemeralContainerStatuses"), (item.Status.EphemeralContainerStatuses, old.Status.EphemeralContainerStatuses), [], null, RestartPolicy.Never),
        ];
    }

    /// <param name="ofAll">What counts whatever a container says; null for nothing.</param>
    /// <param name="ofPod">What counts for a container that says nothing.</param>
    private static Findings<FieldError> EndedStaysEnded(
        FieldPath path, (ValueList<ContainerStatus> Now, ValueList<ContainerStatus> Before) statuses, ValueList<Container> containers, string? ofAll, string? ofPod)
    {
        var errors = Findings<FieldError>.None;
        for (var i = 0; i < statuses.Before.Count; i++)
        {
            var before = statuses.Before[i];
            var container = containers.FirstOrDefault(c => c.Name == before.Name);
            var policy = ofAll ?? container?.RestartPolicy ?? ofPod;
            if (before.State.Terminated is not { } ended
                || policy == RestartPolicy.Always
                || (policy == RestartPolicy.OnFailure && ended.ExitCode != 0)
                || container is { RestartPolicyRules.IsEmpty: false })
            {
                continue;
            }

            if (statuses.Now.Any(s => s.Name == before.Name && s.State.Terminated is null))
            {
                errors.Add(FieldError.Forbidden(path.Index(i).Child("state"), "may not be transitioned to non-terminated state"));
            }
        }

        return errors;
    }

    private static Findings<FieldError> PodAddresses(PodStatus status)
    {
        // One address given in the older field alone is also the first of the newer one.
        var addresses = status.PodIPs.IsEmpty && status.PodIP is { } only ? [only] : status.PodIPs.ConvertAll(ip => ip.Ip);
        return Addresses(Path.Child("podIPs"), addresses, status.PodIPs);
    }

    private static Findings<FieldError> HostAddresses(PodStatus status)
    {
        if (status.HostIPs.IsEmpty)
        {
            return [];
        }

        var path = Path.Child("hostIPs");
        return
        [
            .. FieldRules.If(
                status.HostIP != status.HostIPs[0].Ip,
                () => FieldError.Invalid(path.Index(0).Child("ip"), status.HostIPs[0].Ip, "must be equal to `hostIP`")),
            .. Addresses(path, status.HostIPs.ConvertAll(ip => ip.Ip), status.HostIPs),
        ];
    }

    private static Findings<FieldError> Addresses(FieldPath path, ValueList<string> addresses, object shown)
    {
        var errors = FieldRules.Each(path, addresses, FieldRules.Address);
        if (addresses.Count < 2 || errors.Count > 0)
        {
            return errors;
        }

        var families = addresses.Select(a => IPAddress.Parse(a).AddressFamily).ToHashSet<AddressFamily>();
        return
        [
            .. FieldRules.If(
                addresses.Count > families.Count, () => FieldError.Invalid(path, shown, "may specify no more than one IP for each IP family")),
            .. FieldRules.Repeated(addresses, a => a).Select(r => FieldError.Duplicate(path.Index(r.Index), r.Key)),
        ];
    }
}
