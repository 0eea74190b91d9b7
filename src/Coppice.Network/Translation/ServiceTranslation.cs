using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Coppice.Network.Rules;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Discovery;

namespace Coppice.Network.Translation;

/// <summary>A service and its endpoint slices as rules. Pure. What cannot be read as an IPv4 address is left out.</summary>
internal static class ServiceTranslation
{
    /// <summary>Services with this label are somebody else's to proxy.</summary>
    private const string ProxyNameLabel = "service.kubernetes.io/service-proxy-name";

    /// <summary>Kubernetes' default for sessionAffinityConfig.clientIP.timeoutSeconds: three hours.</summary>
    private const int DefaultAffinitySeconds = 10800;

    public static ImmutableArray<ServiceRules> Translate(Service service, IReadOnlyList<EndpointSlice> slices, string node)
    {
        var spec = service.Spec;
        ImmutableArray<IPAddress> cluster = spec.ClusterIPs.IsEmpty ? Addresses([spec.ClusterIP]) : Addresses(spec.ClusterIPs);
        // Headless, not yet given an address, or an alias: nothing to translate.
        if (cluster.IsEmpty || spec.Type == ServiceType.ExternalName || service.Metadata.Labels.ContainsKey(ProxyNameLabel))
        {
            return [];
        }

        var external = Addresses(spec.ExternalIPs);
        var balancer = spec.Type == ServiceType.LoadBalancer
            ? Addresses(service.Status.LoadBalancer.Ingress.Where(i => i.IpMode != LoadBalancerIPMode.Proxy).Select(i => i.Ip))
            : [];
        return
        [
            .. spec.Ports.Select(port => new ServiceRules(
                service.Metadata.Namespace ?? "", service.Metadata.Name ?? "", PortName(port), Protocol(port.Protocol), port.Port)
            {
                ClusterAddresses = cluster,
                ExternalAddresses = external,
                LoadBalancerAddresses = balancer,
                LoadBalancerSourceRanges = Ranges(spec.LoadBalancerSourceRanges),
                NodePort = port.NodePort,
                AffinityTimeout = Affinity(spec),
                InternalLocalOnly = spec.InternalTrafficPolicy == ServiceInternalTrafficPolicy.Local,
                ExternalLocalOnly = spec.ExternalTrafficPolicy == ServiceExternalTrafficPolicy.Local,
                Endpoints = Endpoints(port, slices, node),
            }),
        ];
    }

    public static TransportProtocol Protocol(string? name) => name switch
    {
        "UDP" => TransportProtocol.Udp,
        "SCTP" => TransportProtocol.Sctp,
        _ => TransportProtocol.Tcp,
    };

    /// <summary>The slice's ports that a service's port stands for have its name; target ports are already resolved in them.</summary>
    private static ImmutableArray<EndpointRules> Endpoints(ServicePort port, IReadOnlyList<EndpointSlice> slices, string node)
    {
        var found = new Dictionary<(IPAddress, int), EndpointRules>();
        foreach (var slice in slices)
        {
            var number = slice.Ports.FirstOrDefault(p => (p.Name ?? "") == (port.Name ?? "") && Protocol(p.Protocol) == Protocol(port.Protocol))?.Port;
            if (number is not { } target)
            {
                continue;
            }

            foreach (var endpoint in slice.Endpoints)
            {
                if (Usable(endpoint.Conditions) is not { } terminating || Addresses(endpoint.Addresses) is not [var address, ..])
                {
                    continue;
                }

                found.TryAdd((address, target), new EndpointRules(address, target, endpoint.NodeName == node, terminating));
            }
        }

        return [.. found.Values.OrderBy(e => e.Address.ToString(), StringComparer.Ordinal).ThenBy(e => e.Port)];
    }

    /// <summary>Null: not to be used. Else whether it is one that ends but still serves. What is not said counts as ready.</summary>
    private static bool? Usable(EndpointConditions conditions)
    {
        if (conditions.Ready ?? true)
        {
            return false;
        }

        return (conditions.Serving ?? false) && (conditions.Terminating ?? false) ? true : null;
    }

    private static string PortName(ServicePort port) =>
        port.Name is { Length: > 0 } name ? name : port.Port.ToString(CultureInfo.InvariantCulture);

    private static TimeSpan? Affinity(ServiceSpec spec) => spec.SessionAffinity == ServiceAffinity.ClientIP
        ? TimeSpan.FromSeconds(spec.SessionAffinityConfig?.ClientIP?.TimeoutSeconds ?? DefaultAffinitySeconds)
        : null;

    private static ImmutableArray<IPAddress> Addresses(IEnumerable<string?> texts) =>
        [.. texts.Select(t => IPAddress.TryParse(t, out var a) && a.AddressFamily == AddressFamily.InterNetwork ? a : null).OfType<IPAddress>()];

    /// <summary>None given: everyone. Given but none of IPv4 among them: nobody that these rules are for.</summary>
    private static ImmutableArray<IPNetwork>? Ranges(ValueList<string> texts) =>
        texts.IsEmpty ? null : [.. texts.Select(t => Range(t.Trim())).OfType<IPNetwork>()];

    /// <summary>Kubernetes takes a range whose address has bits beyond its length; they count for nothing.</summary>
    private static IPNetwork? Range(string text)
    {
        if (text.Split('/') is not [var address, var bits] || !int.TryParse(bits, NumberStyles.None, CultureInfo.InvariantCulture, out var length))
        {
            return null;
        }

        if (length > 32 || Addresses([address]) is not [var first])
        {
            return null;
        }

        var mask = length == 0 ? 0 : uint.MaxValue << (32 - length);
        var bytes = first.GetAddressBytes();
        BinaryPrimitives.WriteUInt32BigEndian(bytes, BinaryPrimitives.ReadUInt32BigEndian(bytes) & mask);
        return new IPNetwork(new IPAddress(bytes), length);
    }
}
