using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Kinds.Core;

/// <summary>The defaults of services.</summary>
internal static class ServiceDefaults
{
    private const int AffinitySeconds = 10800;

    public static Service Default(Service item)
    {
        var spec = item.Spec;
        var type = spec.Type ?? ServiceType.ClusterIP;
        var outside = type is ServiceType.NodePort or ServiceType.LoadBalancer;
        var affinity = spec.SessionAffinity ?? ServiceAffinity.None;
        var filled = spec with
        {
            Type = type,
            SessionAffinity = affinity,
            SessionAffinityConfig = affinity == ServiceAffinity.None
                ? null
                : new() { ClientIP = new() { TimeoutSeconds = spec.SessionAffinityConfig?.ClientIP?.TimeoutSeconds ?? AffinitySeconds } },
            Ports = spec.Ports.ConvertAll(Default),
            ExternalTrafficPolicy = spec.ExternalTrafficPolicy ?? (outside ? ServiceExternalTrafficPolicy.Cluster : null),
            InternalTrafficPolicy = spec.InternalTrafficPolicy ?? (outside || type == ServiceType.ClusterIP ? ServiceInternalTrafficPolicy.Cluster : null),
            AllocateLoadBalancerNodePorts = spec.AllocateLoadBalancerNodePorts ?? (type == ServiceType.LoadBalancer ? true : null),
        };
        return item with { Spec = type == ServiceType.ExternalName ? filled : WithFamilies(filled) };
    }

    private static ServicePort Default(ServicePort port) => port with
    {
        Protocol = port.Protocol ?? Protocol.TCP,
        TargetPort = port.TargetPort == new IntOrString(0) || port.TargetPort.Text == "" ? port.Port : port.TargetPort,
    };

    /// <summary>
    /// The cluster is of IPv4 alone. A service without address and selector may lead anywhere, so it is said to be of both families,
    /// as in Kubernetes.
    /// </summary>
    private static ServiceSpec WithFamilies(ServiceSpec spec)
    {
        // One address given in the older field is also the first of the newer one.
        var addresses = spec is { ClusterIP: { } address, ClusterIPs.IsEmpty: true } ? [address] : spec.ClusterIPs;
        var anywhere = spec is { ClusterIP: "None", Selector.IsEmpty: true };
        var policy = spec.IpFamilyPolicy ?? (anywhere ? IPFamilyPolicy.RequireDualStack : IPFamilyPolicy.SingleStack);
        var families = !spec.IpFamilies.IsEmpty ? spec.IpFamilies
            : addresses.IsEmpty || addresses[0] == "None" ? [IPFamily.IPv4]
            : addresses.ConvertAll(a => a.Contains(':') ? IPFamily.IPv6 : IPFamily.IPv4);
        return spec with
        {
            ClusterIPs = addresses,
            IpFamilyPolicy = policy,
            IpFamilies = anywhere && policy != IPFamilyPolicy.SingleStack && families.Count == 1
                ? families.Add(families[0] == IPFamily.IPv4 ? IPFamily.IPv6 : IPFamily.IPv4)
                : families,
        };
    }
}
