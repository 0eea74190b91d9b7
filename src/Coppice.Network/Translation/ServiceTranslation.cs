using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Coppice.Network.Nftables;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Discovery;

namespace Coppice.Network.Translation;

/// <summary>A service and its endpoint slices as rules of one family. Pure. What cannot be in the rules is left out and said.</summary>
internal static class ServiceTranslation
{
    /// <summary>Services with this label are somebody else's to proxy.</summary>
    private const string ProxyNameLabel = "service.kubernetes.io/service-proxy-name";

    private const string Headless = "None";

    /// <param name="before">What came of it the last time, whose endpoints keep their places.</param>
    /// <param name="warnings">Is added to.</param>
    public static ImmutableArray<ServicePortInfo> Translate(
        Service service, IReadOnlyList<EndpointSlice> slices, RuleView view, ImmutableArray<ServicePortInfo> before, List<RuleWarning> warnings)
    {
        var spec = service.Spec;
        var reading = new FieldReader(new RuleOwner("Service", service.Metadata.Namespace ?? "", service.Metadata.Name ?? ""), view.Families);
        // Headless, an alias, or somebody else's: nothing to translate.
        if (spec.ClusterIP == Headless || spec.Type == ServiceType.ExternalName || service.Metadata.Labels.ContainsKey(ProxyNameLabel))
        {
            return [];
        }

        var cluster = ClusterAddresses(spec, view.Families, reading);
        var rules = ImmutableArray.CreateBuilder<ServicePortInfo>();
        if (!cluster.IsEmpty)
        {
            var common = Common(service, cluster, reading);
            var endpoints = ServiceEndpoints.Of(slices, view.Place, view.Families);
            for (var i = 0; i < spec.Ports.Count; i++)
            {
                if (spec.Ports[i] is { } port && Port(common, port, $"spec.ports[{i}]", reading) is { } one)
                {
                    var stood = before.FirstOrDefault(other => other.Port == one.Port && other.Protocol == one.Protocol)?.Endpoints ?? [];
                    rules.Add(one with { Endpoints = EndpointOrder.Arrange(stood, endpoints.Behind(port.Name, one.Protocol)) });
                }
            }

            warnings.AddRange(endpoints.Warnings);
        }

        warnings.AddRange(reading.Warnings);
        return rules.ToImmutable();
    }

    // Of a service with both families the other one's addresses are no warning: they are served by others, or not at all.
    private static ImmutableArray<IPAddress> ClusterAddresses(ServiceSpec spec, RuleFamilies families, FieldReader reading)
    {
        IEnumerable<string?> texts = spec.ClusterIPs.IsEmpty ? new[] { spec.ClusterIP } : spec.ClusterIPs;
        var silent = new FieldReader(default, families);
        ImmutableArray<IPAddress> found = [.. silent.Addresses(texts, "")];
        return found.IsEmpty ? [.. reading.Addresses(texts, "clusterIP")] : found;
    }

    /// <summary>What all ports of a service have alike.</summary>
    private static ServicePortInfo Common(Service service, ImmutableArray<IPAddress> cluster, FieldReader reading)
    {
        var spec = service.Spec;
        var balancer = spec.Type == ServiceType.LoadBalancer
            ? reading.Addresses(service.Status.LoadBalancer.Ingress.Where(i => i.IpMode != LoadBalancerIPMode.Proxy).Select(i => i.Ip), "status.loadBalancer.ingress")
            : [];
        return new ServicePortInfo(service.Metadata.Namespace ?? "", service.Metadata.Name ?? "", "", TransportProtocol.Tcp, 0)
        {
            ClusterAddresses = cluster,
            ExternalAddresses = [.. reading.Addresses(spec.ExternalIPs, "externalIPs")],
            LoadBalancerAddresses = [.. balancer],
            LoadBalancerSourceRanges = Ranges(spec.LoadBalancerSourceRanges, reading),
            AffinityTimeout = spec.SessionAffinity == ServiceAffinity.ClientIP
                ? reading.Affinity(spec.SessionAffinityConfig?.ClientIP?.TimeoutSeconds, "sessionAffinityConfig.clientIP.timeoutSeconds")
                : null,
            InternalLocalOnly = spec.InternalTrafficPolicy == ServiceInternalTrafficPolicy.Local,
            ExternalLocalOnly = spec.ExternalTrafficPolicy == ServiceExternalTrafficPolicy.Local,
        };
    }

    private static ServicePortInfo? Port(ServicePortInfo common, ServicePort port, string path, FieldReader reading) =>
        reading.Protocol(port.Protocol, $"{path}.protocol") is { } protocol
        && reading.IsPort(port.Port, $"{path}.port")
        && (port.NodePort == 0 || reading.IsPort(port.NodePort, $"{path}.nodePort"))
            ? common with { PortName = PortName(port), Protocol = protocol, Port = port.Port, NodePort = port.NodePort }
            : null;

    private static string PortName(ServicePort port) =>
        port.Name is { Length: > 0 } name ? name : port.Port.ToString(CultureInfo.InvariantCulture);

    /// <summary>None given: everyone. Given but none of this family among them: nobody that these rules are for.</summary>
    private static ImmutableArray<IPNetwork>? Ranges(ValueList<string> texts, FieldReader reading) =>
        texts.IsEmpty ? null : [.. texts.Select(text => reading.Range(text, "loadBalancerSourceRanges")).OfType<IPNetwork>()];
}

/// <summary>From where, and for packets of which family, services are looked at.</summary>
internal readonly record struct RuleView(NodePlace Place, RuleFamilies Families);
