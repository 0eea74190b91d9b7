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
            // One address given in the older field is also the first of the newer one.
            ClusterIPs = type != ServiceType.ExternalName && spec is { ClusterIP: { } address, ClusterIPs.IsEmpty: true } ? [address] : spec.ClusterIPs,
            SessionAffinity = affinity,
            SessionAffinityConfig = affinity == ServiceAffinity.None
                ? null
                : new() { ClientIP = new() { TimeoutSeconds = spec.SessionAffinityConfig?.ClientIP?.TimeoutSeconds ?? AffinitySeconds } },
            Ports = spec.Ports.ConvertAll(Default),
            ExternalTrafficPolicy = spec.ExternalTrafficPolicy ?? (outside ? ServiceExternalTrafficPolicy.Cluster : null),
            InternalTrafficPolicy = spec.InternalTrafficPolicy ?? (outside || type == ServiceType.ClusterIP ? ServiceInternalTrafficPolicy.Cluster : null),
            AllocateLoadBalancerNodePorts = spec.AllocateLoadBalancerNodePorts ?? (type == ServiceType.LoadBalancer ? true : null),
        };
        return item with { Spec = filled };
    }

    private static ServicePort Default(ServicePort port) => port with
    {
        Protocol = port.Protocol ?? Protocol.TCP,
        TargetPort = port.TargetPort == new IntOrString(0) || port.TargetPort.Text == "" ? port.Port : port.TargetPort,
    };
}
