
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Kinds;
using Coppice.ApiServer.Kinds.Core;
using Coppice.Objects;
using Coppice.Objects.Core;
namespace Coppice.ApiServer.Validation;

/// <summary>Services. Whether an address or node port is free and in its range is for the allocators to say.</summary>
internal static class ServiceValidation
{
    /// <summary>The port of the node's agent, which must not be shown to the outside by mistake.</summary>
    private const int AgentPort = 10250;

    private const int LongestAffinity = 86400;

    private const string Headless = "None";

    private const string OnlyForLoadBalancers = "may only be used when `type` is 'LoadBalancer'";

    private static readonly FieldPath Path = FieldPath.Of("spec");

    /// <summary>A balancer has to ask each node whether it has endpoints.</summary>
    public static bool NeedsHealthPort(ServiceSpec spec) =>
        spec is { Type: ServiceType.LoadBalancer, ExternalTrafficPolicy: ServiceExternalTrafficPolicy.Local };

    /// <param name="old">What it replaces, whose ranges may stay as they are; null for nothing.</param>
    public static Findings<FieldError> Validate(ServiceSpec spec, ServiceSpec? old = null) =>
    [
        .. FieldRules.If(
            spec.Ports.IsEmpty && !ServiceAddressValidation.IsHeadless(spec) && spec.Type != ServiceType.ExternalName, () => FieldError.Required(Path.Child("ports"))),
        .. ByType(spec),
        .. Ports(spec),
        .. LabelValidation.Labels(Path.Child("selector"), spec.Selector),
        .. Affinity(spec),
        .. ServiceAddressValidation.Validate(spec),
        .. FieldRules.Each(Path.Child("externalIPs"), spec.ExternalIPs, EndpointValidation.Reachable),
        .. FieldRules.OneOf(
            Path.Child("type"), spec.Type, ServiceType.ClusterIP, ServiceType.ExternalName, ServiceType.LoadBalancer, ServiceType.NodePort),
        .. LoadBalancer(spec, old),
        .. TrafficPolicies(spec),
    ];

    public static Findings<FieldError> ValidateUpdate(ServiceSpec spec, ServiceSpec old) =>
    [
        .. ServiceAddressUpdate.Validate(spec, old),
        .. FieldRules.If(
            spec.Type == ServiceType.LoadBalancer && old.Type == ServiceType.LoadBalancer && spec.LoadBalancerClass != old.LoadBalancerClass,
            () => FieldError.Invalid(Path.Child("loadBalancerClass"), spec.LoadBalancerClass, "may not change once set")),
        .. Validate(spec, old),
    ];

    private static Findings<FieldError> ByType(ServiceSpec spec) => spec.Type switch
    {
        ServiceType.LoadBalancer =>
        [
            .. spec.Ports
                .Select((p, i) => (p.Port, At: Path.Child("ports").Index(i)))
                .Where(p => p.Port == AgentPort)
                .Select(p => FieldError.Invalid(p.At, p.Port, $"may not expose port {AgentPort} externally since it is used by kubelet")),
            .. NotHeadless(spec),
        ],
        ServiceType.NodePort => NotHeadless(spec),
        ServiceType.ExternalName =>
        [
            .. FieldRules.If(!spec.ClusterIPs.IsEmpty || spec.ClusterIP is not null, () => FieldError.Forbidden(Path.Child("clusterIPs"), "may not be set for ExternalName services")),
            .. FieldRules.If(!spec.IpFamilies.IsEmpty, () => FieldError.Forbidden(Path.Child("ipFamilies"), "may not be set for ExternalName services")),
            .. FieldRules.If(spec.IpFamilyPolicy is not null, () => FieldError.Forbidden(Path.Child("ipFamilyPolicy"), "may not be set for ExternalName services")),
            .. spec.ExternalName is { } name
                ? FieldRules.Named(Path.Child("externalName"), name.EndsWith('.') ? name[..^1] : name, Names.Subdomain)
                : [FieldError.Required(Path.Child("externalName"))],
        ],
        _ => [],
    };

    private static Findings<FieldError> NotHeadless(ServiceSpec spec) => FieldRules.If(
        ServiceAddressValidation.IsHeadless(spec), () => FieldError.Invalid(Path.Child("clusterIPs").Index(0), Headless, $"may not be set to 'None' for {spec.Type} services"));

    private static Findings<FieldError> Ports(ServiceSpec spec)
    {
        var path = Path.Child("ports");
        return
        [
            .. FieldRules.Each(path, spec.Ports, (at, port) => Port(at, port, spec)),
            .. FieldRules.Repeated(spec.Ports, p => p.Name)
                .Where(r => r.Key is not null)
                .Select(r => FieldError.Duplicate(path.Index(r.Index).Child("name"), r.Key)),
            .. FieldRules.Repeated(spec.Ports, p => (p.Protocol, p.NodePort))
                .Where(r => r.Key.NodePort != 0)
                .Select(r => FieldError.Duplicate(path.Index(r.Index).Child("nodePort"), r.Key.NodePort)),
            .. FieldRules.Repeated(spec.Ports, p => (p.Protocol, p.Port))
                .Select(r => FieldError.Duplicate(path.Index(r.Index), new ServicePort { Protocol = r.Key.Protocol, Port = r.Key.Port })),
        ];
    }

    private static Findings<FieldError> Port(FieldPath path, ServicePort port, ServiceSpec spec) =>
    [
        .. (port.Name, spec.Ports.Count) switch
        {
            ({ } name, _) => FieldRules.Named(path.Child("name"), name, Names.Label),
            (null, > 1) => [FieldError.Required(path.Child("name"))],
            _ => [],
        },
        .. FieldRules.Port(path.Child("port"), port.Port),
        .. FieldRules.OneOf(path.Child("protocol"), port.Protocol, Protocol.SCTP, Protocol.TCP, Protocol.UDP),
        .. FieldRules.PortOrName(path.Child("targetPort"), port.TargetPort),
        .. port.AppProtocol is { } application ? FieldRules.Named(path.Child("appProtocol"), application, Names.Qualified) : [],
        .. FieldRules.If(
            spec.Type == ServiceType.ClusterIP && port.NodePort != 0,
            () => FieldError.Forbidden(path.Child("nodePort"), "may not be used when `type` is 'ClusterIP'")),
    ];

    private static Findings<FieldError> Affinity(ServiceSpec spec)
    {
        var seconds = spec.SessionAffinityConfig?.ClientIP?.TimeoutSeconds;
        return
        [
            .. FieldRules.OneOf(Path.Child("sessionAffinity"), spec.SessionAffinity, ServiceAffinity.ClientIP, ServiceAffinity.None),
            .. FieldRules.If(
                spec.SessionAffinity == ServiceAffinity.ClientIP && seconds is null or <= 0 or > LongestAffinity,
                () => FieldError.Invalid(
                    Path.Child("sessionAffinityConfig", "clientIP", "timeoutSeconds"), seconds, $"must be greater than 0 and less than {LongestAffinity}")),
        ];
    }

    private static Findings<FieldError> LoadBalancer(ServiceSpec spec, ServiceSpec? old)
    {
        var balanced = spec.Type == ServiceType.LoadBalancer;
        return
        [
            .. FieldRules.If(
                !balanced && !spec.LoadBalancerSourceRanges.IsEmpty,
                () => FieldError.Forbidden(Path.Child("loadBalancerSourceRanges"), OnlyForLoadBalancers)),
            // Blanks around them are as old as the annotation that they come from.
            .. balanced
                ? FieldRules.Each(
                    Path.Child("loadBalancerSourceRanges"),
                    spec.LoadBalancerSourceRanges,
                    (at, range) => AddressValidation.StrictRange(at, range.Trim(), old?.LoadBalancerSourceRanges.Select(one => one.Trim()) ?? []))
                : [],
            .. FieldRules.If(balanced && spec.AllocateLoadBalancerNodePorts is null, () => FieldError.Required(Path.Child("allocateLoadBalancerNodePorts"))),
            .. FieldRules.If(
                !balanced && spec.AllocateLoadBalancerNodePorts is not null,
                () => FieldError.Forbidden(Path.Child("allocateLoadBalancerNodePorts"), OnlyForLoadBalancers)),
            .. (balanced, spec.LoadBalancerClass) switch
            {
                (true, { } name) => FieldRules.Named(Path.Child("loadBalancerClass"), name, Names.Qualified),
                (false, not null) => [FieldError.Forbidden(Path.Child("loadBalancerClass"), OnlyForLoadBalancers)],
                _ => Findings<FieldError>.None,
            },
        ];
    }

    private static Findings<FieldError> TrafficPolicies(ServiceSpec spec)
    {
        var outside = spec.Type is ServiceType.NodePort or ServiceType.LoadBalancer || (spec.Type == ServiceType.ClusterIP && !spec.ExternalIPs.IsEmpty);
        var external = Path.Child("externalTrafficPolicy");
        return
        [
            .. (outside, spec.ExternalTrafficPolicy) switch
            {
                (false, { } policy) => [FieldError.Invalid(external, policy, "may only be set for externally-accessible services")],
                (true, { } policy) => FieldRules.OneOf(external, policy, ServiceExternalTrafficPolicy.Cluster, ServiceExternalTrafficPolicy.Local),
                _ => Findings<FieldError>.None,
            },
            .. FieldRules.OneOfIfSet(
                Path.Child("internalTrafficPolicy"), spec.InternalTrafficPolicy, ServiceInternalTrafficPolicy.Cluster, ServiceInternalTrafficPolicy.Local),
            .. FieldRules.OneOfIfSet(Path.Child("trafficDistribution"), spec.TrafficDistribution, "PreferClose", "PreferSameNode", "PreferSameZone"),
            .. FieldRules.If(
                spec.HealthCheckNodePort != 0 && !NeedsHealthPort(spec),
                () => FieldError.Invalid(
                    Path.Child("healthCheckNodePort"),
                    spec.HealthCheckNodePort,
                    "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'")),
        ];
    }
}
