using Coppice.ApiServer.Validation;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Kinds.Core;

/// <summary>
/// What a service keeps when it is updated: what was given out to it and is not named anew is kept, and what its new type has no use
/// for is let go of, unless the update names it.
/// </summary>
internal static class ServiceCarryOver
{
    public static ServiceSpec Merge(ServiceSpec spec, ServiceSpec old) => Release(Keep(spec, old), old);

    private static ServiceSpec Keep(ServiceSpec spec, ServiceSpec old)
    {
        if (ServiceAddressValidation.NeedsAddress(spec) && ServiceAddressValidation.NeedsAddress(old))
        {
            // Who changes the one address, and leaves the list as it was, means both.
            var address = spec.ClusterIP ?? old.ClusterIP;
            spec = spec with
            {
                ClusterIP = address,
                ClusterIPs = address == old.ClusterIP ? (spec.ClusterIPs.IsEmpty ? old.ClusterIPs : spec.ClusterIPs)
                    : spec.ClusterIPs == old.ClusterIPs ? [address!] : spec.ClusterIPs,
            };
        }

        if (NeedsNodePorts(spec) && NeedsNodePorts(old))
        {
            spec = spec with { Ports = spec.Ports.ConvertAll(port => port.NodePort != 0 ? port : port with { NodePort = OldNodePort(port) }) };
        }

        return ServiceValidation.NeedsHealthPort(spec) && ServiceValidation.NeedsHealthPort(old) && spec.HealthCheckNodePort == 0
            ? spec with { HealthCheckNodePort = old.HealthCheckNodePort }
            : spec;

        int OldNodePort(ServicePort port)
        {
            var before = old.Ports.FirstOrDefault(o => o.Port == port.Port && o.Protocol == port.Protocol)?.NodePort ?? 0;
            return spec.Ports.Any(p => p.NodePort == before && p.Protocol == port.Protocol) ? 0 : before;
        }
    }

    private static ServiceSpec Release(ServiceSpec spec, ServiceSpec old)
    {
        if (ServiceAddressValidation.NeedsAddress(old) && !ServiceAddressValidation.NeedsAddress(spec))
        {
            spec = spec with
            {
                ClusterIP = spec.ClusterIP == old.ClusterIP ? null : spec.ClusterIP,
                ClusterIPs = spec.ClusterIPs == old.ClusterIPs || spec.ClusterIP == old.ClusterIP ? default : spec.ClusterIPs,
                IpFamilies = spec.IpFamilies == old.IpFamilies ? default : spec.IpFamilies,
                IpFamilyPolicy = spec.IpFamilyPolicy == old.IpFamilyPolicy ? null : spec.IpFamilyPolicy,
                InternalTrafficPolicy = spec.InternalTrafficPolicy == old.InternalTrafficPolicy ? null : spec.InternalTrafficPolicy,
            };
        }

        if (NeedsNodePorts(old) && !NeedsNodePorts(spec))
        {
            spec = spec with { Ports = spec.Ports.ConvertAll(p => old.Ports.Any(o => o.NodePort == p.NodePort) ? p with { NodePort = 0 } : p) };
        }

        if (ServiceValidation.NeedsHealthPort(old) && !ServiceValidation.NeedsHealthPort(spec) && spec.HealthCheckNodePort == old.HealthCheckNodePort)
        {
            spec = spec with { HealthCheckNodePort = 0 };
        }

        if (IsReachableFromOutside(old) && !IsReachableFromOutside(spec) && spec.ExternalTrafficPolicy == old.ExternalTrafficPolicy)
        {
            spec = spec with { ExternalTrafficPolicy = null };
        }

        return old.Type == ServiceType.LoadBalancer && spec.Type != ServiceType.LoadBalancer
            ? spec with
            {
                AllocateLoadBalancerNodePorts = spec.AllocateLoadBalancerNodePorts == old.AllocateLoadBalancerNodePorts ? null : spec.AllocateLoadBalancerNodePorts,
                LoadBalancerClass = spec.LoadBalancerClass == old.LoadBalancerClass ? null : spec.LoadBalancerClass,
            }
            : spec;
    }

    private static bool NeedsNodePorts(ServiceSpec spec) =>
        spec.Type == ServiceType.NodePort || spec is { Type: ServiceType.LoadBalancer, AllocateLoadBalancerNodePorts: not false };

    private static bool IsReachableFromOutside(ServiceSpec spec) =>
        spec.Type is ServiceType.NodePort or ServiceType.LoadBalancer
        || (spec.Type == ServiceType.ClusterIP && !spec.ExternalIPs.IsEmpty);
}
