using Coppice.ApiServer.Errors;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Validation;

/// <summary>Where a load balancer is, as whoever runs it reports.</summary>
internal static class LoadBalancerValidation
{
    private static readonly FieldPath Path = FieldPath.Of("status", "loadBalancer", "ingress");

    public static Findings<FieldError> Validate(Service item) => item.Spec.Type != ServiceType.LoadBalancer && !item.Status.LoadBalancer.Ingress.IsEmpty
        ? [FieldError.Forbidden(Path, "may only be used when `spec.type` is 'LoadBalancer'")]
        : FieldRules.Each(Path, item.Status.LoadBalancer.Ingress, Ingress);

    /// <summary>Kubernetes gives a point without a mode the mode VIP; here it has none until somebody says so.</summary>
    private static Findings<FieldError> Ingress(FieldPath path, LoadBalancerIngress ingress) =>
    [
        .. ingress.Ip is { } ip ? EndpointValidation.Reachable(path.Child("ip"), ip) : [],
        .. ingress is { IpMode: not null, Ip: null }
            ? [FieldError.Forbidden(path.Child("ipMode"), "may not be specified when `ip` is not set")]
            : FieldRules.OneOfIfSet(path.Child("ipMode"), ingress.IpMode, LoadBalancerIPMode.Proxy, LoadBalancerIPMode.VIP),
        .. ingress.Hostname is { } name ? Hostname(path.Child("hostname"), name) : [],
    ];

    private static Findings<FieldError> Hostname(FieldPath path, string name) =>
    [
        .. FieldRules.Named(path, name, Names.Subdomain),
        .. FieldRules.If(FieldRules.IsAddress(name, null), () => FieldError.Invalid(path, name, "must be a DNS name, not an IP address")),
    ];
}
