using System.Net;
using Coppice.Controllers.Runtime;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Controllers.EndpointAddresses;

/// <summary>The Endpoints object of a service: every address with its ports, those that are not ready apart.</summary>
internal static class EndpointsPlanner
{
    public const string ManagedBy = "endpoints.kubernetes.io/managed-by";
    public const string OverCapacity = "endpoints.kubernetes.io/over-capacity";

    /// <summary>An Endpoints object holds no more addresses than this; the slices hold them all.</summary>
    public const int Capacity = 1000;

    /// <returns>What the object should be; <paramref name="existing"/> itself if it is that already.</returns>
    public static Endpoints Plan(Service service, IEnumerable<Pod> pods, Endpoints? existing)
    {
        var addresses = ServicePods.WithAddress(pods)
            .Where(p => service.Spec.PublishNotReadyAddresses || p.Metadata.DeletionTimestamp is null)
            .Select(p => (Pod: p, IsReady: service.Spec.PublishNotReadyAddresses || PodState.IsReady(p), Address: AddressOf(p, service)))
            .Where(p => p.Address is not null)
            .ToList();
        var isOver = addresses.Count > Capacity;
        if (isOver)
        {
            addresses = [.. addresses.OrderByDescending(p => p.IsReady).ThenBy(p => ObjectKey.Of(p.Pod)).Take(Capacity)];
        }

        // Most services ask for their pods' ports by number, and so get the same ones of each.
        var ports = addresses.Count > 0 && service.Spec.Ports.All(p => p.TargetPort.IsNumber) ? PortsOf(service, addresses[0].Pod) : null;
        var subsets = addresses
            .Select(a => (a.IsReady, Address: a.Address!, Ports: ports ?? PortsOf(service, a.Pod)))
            .Where(a => a.Ports is not null)
            .GroupBy(a => a.Ports!.Value)
            .Select(g => new EndpointSubset
            {
                Addresses = Sorted(g.Where(a => a.IsReady).Select(a => a.Address)),
                NotReadyAddresses = Sorted(g.Where(a => !a.IsReady).Select(a => a.Address)),
                Ports = g.Key,
            })
            .OrderBy(s => s.Ports.ToString(), StringComparer.Ordinal)
            .ToValueList();
        var labels = service.Metadata.Labels.With(ManagedBy, "endpoint-controller");
        labels = ServicePods.IsHeadless(service) ? labels.With("service.kubernetes.io/headless", "") : labels.Without("service.kubernetes.io/headless");
        var metadata = existing?.Metadata ?? new() { Name = service.Metadata.Name, Namespace = service.Metadata.Namespace };
        metadata = metadata with
        {
            Labels = labels,
            Annotations = isOver ? metadata.Annotations.With(OverCapacity, "truncated") : metadata.Annotations.Without(OverCapacity),
        };
        return existing is not null && existing.Subsets == subsets && existing.Metadata == metadata
            ? existing
            : new() { ApiVersion = "v1", Kind = "Endpoints", Metadata = metadata, Subsets = subsets };
    }

    private static EndpointAddress? AddressOf(Pod pod, Service service)
    {
        var found = ServicePods.AddressesOf(pod, service.Spec.IpFamilies is [IPFamily.IPv6, ..] ? IPFamily.IPv6 : IPFamily.IPv4);
        return found.IsEmpty ? null : new()
        {
            Ip = found[0],
            NodeName = pod.Spec.NodeName,
            Hostname = ServicePods.HostnameFor(pod, service),
            TargetRef = ServicePods.ReferenceTo(pod),
        };
    }

    /// <summary>Null if none of the service's ports is found in the pod. A headless service may have none to find.</summary>
    private static ValueList<EndpointPort>? PortsOf(Service service, Pod pod)
    {
        var ports = service.Spec.Ports
            .Select(p => (Service: p, Target: ServicePods.TargetPort(pod, p)))
            .Where(p => p.Target is not null)
            .Select(p => new EndpointPort
            {
                Name = p.Service.Name,
                Port = p.Target!.Value,
                Protocol = p.Service.Protocol ?? "TCP",
                AppProtocol = p.Service.AppProtocol,
            })
            .ToValueList();
        return ports.IsEmpty && !service.Spec.Ports.IsEmpty ? null : ports;
    }

    private static ValueList<EndpointAddress> Sorted(IEnumerable<EndpointAddress> addresses) =>
        addresses
            .OrderBy(a => IPAddress.TryParse(a.Ip, out var ip) ? Convert.ToHexString(ip.GetAddressBytes()) : a.Ip, StringComparer.Ordinal)
            .ThenBy(a => a.TargetRef?.Uid, StringComparer.Ordinal)
            .ToValueList();
}
