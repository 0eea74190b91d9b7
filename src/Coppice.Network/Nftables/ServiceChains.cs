using System.Collections.Immutable;
using System.Net;

namespace Coppice.Network.Nftables;

/// <summary>
/// The chains of one service port and what leads to them. <c>pick/N</c> is for all cluster addresses with N endpoints, which stand by
/// number in the map of their protocol: a service that has nothing else has no chain of its own, because the kernel takes the longer for a chain or a set,
/// the more there are. <c>all/…</c> every endpoint; <c>local/…</c> those of this node; <c>ext/…</c> what comes by a node port, an
/// external or a load balancer's address; <c>lb/…</c> admits by source range; <c>ep/…</c> one endpoint, where clients stay with
/// theirs. Pure.
/// </summary>
internal static class ServiceChains
{
    public static RuleShare Plan(ServicePortInfo service, NodeNetwork node)
    {
        var share = new RuleShare(service.Owner);
        if (service.Endpoints.IsEmpty)
        {
            Refuse(share, service);
            return share;
        }

        var name = RuleNames.Of(service);
        var all = EndpointInfo.Usable(service.Endpoints.RemoveAll(e => e.Far));
        var local = EndpointInfo.Usable([.. service.Endpoints.Where(e => e.Local)]);
        var external = service.NodePort > 0 || !service.ExternalAddresses.IsEmpty || !service.LoadBalancerAddresses.IsEmpty;

        // 1. The chains that pick an endpoint; a chain that nothing would lead to is left out.
        var isSticky = service.AffinityTimeout is not null;
        if (external || (isSticky && !service.InternalLocalOnly))
        {
            AddPick(share, service, node.Family, $"all/{name}", all);
        }

        if (!local.IsEmpty && ((isSticky && service.InternalLocalOnly) || (external && service.ExternalLocalOnly)))
        {
            AddPick(share, service, node.Family, $"local/{name}", local);
        }

        if (service.AffinityTimeout is { } timeout)
        {
            AddAffinity(share, service, node.Family, timeout, all.Union(local));
        }

        // 2. What leads to them.
        var inside = service.InternalLocalOnly ? local : all;
        if (inside.IsEmpty)
        {
            AddFronts(share, service, service.ClusterAddresses, "drop");
        }
        else if (isSticky)
        {
            AddFronts(share, service, service.ClusterAddresses, service.InternalLocalOnly ? $"goto local/{name}" : $"goto all/{name}");
        }
        else
        {
            AddNumbered(share, service, node.Family, inside);
        }

        if (external)
        {
            AddExternal(share, service, name, node, hasLocal: !local.IsEmpty);
        }

        // 3. What has to be known of each endpoint.
        foreach (var endpoint in service.Endpoints)
        {
            AddEndpoint(share, service, endpoint);
        }

        return share;
    }

    private static void AddPick(RuleShare share, ServicePortInfo service, NftFamily ip, string chain, ImmutableArray<EndpointInfo> endpoints)
    {
        if (service.AffinityTimeout is not { } timeout)
        {
            share.Chain(chain, DestinationFor(service.Protocol, ip, endpoints));
            return;
        }

        var name = RuleNames.Of(service);
        var rules = new List<string>(endpoints.Length + 1);
        foreach (var endpoint in endpoints)
        {
            rules.Add($"{ip} saddr @{AffinitySet(name, endpoint, timeout)} goto {EndpointChain(name, endpoint)}");
        }

        rules.Add(endpoints.Length == 1
            ? $"goto {EndpointChain(name, endpoints[0])}"
            : $"numgen random mod {endpoints.Length} vmap {{ {string.Join(", ", endpoints.Select((e, i) => $"{i} : goto {EndpointChain(name, e)}"))} }}");
        share.Chain(chain, rules);
    }

    /// <summary>Leads the cluster addresses to endpoints by number, through a chain that all services of as many endpoints share.</summary>
    private static void AddNumbered(RuleShare share, ServicePortInfo service, NftFamily ip, ImmutableArray<EndpointInfo> endpoints)
    {
        if (service.ClusterAddresses.IsEmpty)
        {
            return;
        }

        var chain = $"pick/{endpoints.Length}";
        share.Chain(chain, [.. Enum.GetValues<TransportProtocol>().Select(protocol =>
            $"dnat {ip} to {ip} daddr . {RuleNames.Of(protocol)} dport . numgen random mod {endpoints.Length} map @{RuleNames.EndpointsOf(protocol)}")]);
        AddFronts(share, service, service.ClusterAddresses, $"goto {chain}");
        foreach (var address in service.ClusterAddresses)
        {
            for (var i = 0; i < endpoints.Length; i++)
            {
                share.Verdict(RuleNames.EndpointsOf(service.Protocol), $"{address} . {service.Port} . {i}", $"{endpoints[i].Address} . {endpoints[i].Port}");
            }
        }
    }

    private static string DestinationFor(TransportProtocol protocol, NftFamily ip, ImmutableArray<EndpointInfo> endpoints) => endpoints.Length == 1
        ? $"meta l4proto {RuleNames.Of(protocol)} dnat to {RuleShare.Target(endpoints[0].Address, endpoints[0].Port)}"
        : $"meta l4proto {RuleNames.Of(protocol)} dnat {ip} to numgen random mod {endpoints.Length} map {{ "
            + string.Join(", ", endpoints.Select((e, i) => $"{i} : {e.Address} . {e.Port}")) + " }";

    private static void AddAffinity(RuleShare share, ServicePortInfo service, NftFamily ip, TimeSpan timeout, IEnumerable<EndpointInfo> endpoints)
    {
        var name = RuleNames.Of(service);
        foreach (var endpoint in endpoints)
        {
            var set = AffinitySet(name, endpoint, timeout);
            share.Set(set, "set", $"type {ip.AddressType} ; flags dynamic,timeout ; timeout {(long)timeout.TotalSeconds}s ; size 65536 ;");
            share.Chain(
                EndpointChain(name, endpoint),
                $"update @{set} {{ {ip} saddr }}",
                $"meta l4proto {RuleNames.Of(service.Protocol)} dnat to {RuleShare.Target(endpoint.Address, endpoint.Port)}");
        }
    }

    // The timeout is part of the name, because the kernel cannot change that of a set: another timeout is another set.
    private static string AffinitySet(string name, EndpointInfo endpoint, TimeSpan timeout) =>
        $"clients/{name}/{RuleNames.Of(endpoint.Address)}-{endpoint.Port}/{(long)timeout.TotalSeconds}s";

    private static string EndpointChain(string name, EndpointInfo endpoint) => $"ep/{name}/{RuleNames.Of(endpoint.Address)}-{endpoint.Port}";

    private static void AddFronts(RuleShare share, ServicePortInfo service, ImmutableArray<IPAddress> addresses, string verdict)
    {
        foreach (var address in addresses)
        {
            share.Verdict(RuleNames.Addresses, Front(service, address), verdict);
        }
    }

    private static string Front(ServicePortInfo service, IPAddress address) => $"{address} . {RuleNames.Of(service.Protocol)} . {service.Port}";

    private static string Front(ServicePortInfo service) => $"{RuleNames.Of(service.Protocol)} . {service.NodePort}";

    private static void AddExternal(RuleShare share, ServicePortInfo service, string name, NodeNetwork node, bool hasLocal)
    {
        // With policy Local the client's address stays visible. Pods and the node itself may still use every endpoint, as inside.
        share.Chain($"ext/{name}", service.ExternalLocalOnly
            ? [$"{node.Family} saddr {node.PodRange} goto all/{name}",
               $"fib saddr type local {RuleNames.SetMasqueradeMark} goto all/{name}",
               hasLocal ? $"goto local/{name}" : "drop"]
            : [RuleNames.SetMasqueradeMark, $"goto all/{name}"]);

        AddFronts(share, service, service.ExternalAddresses, $"goto ext/{name}");
        if (service.LoadBalancerSourceRanges is { } ranges && !service.LoadBalancerAddresses.IsEmpty)
        {
            // A rule a range: ranges may overlap, which a set of the kernel's would refuse.
            share.Chain($"lb/{name}", [.. ranges.Select(range => $"{node.Family} saddr {range} goto ext/{name}"), "drop"]);
            AddFronts(share, service, service.LoadBalancerAddresses, $"goto lb/{name}");
        }
        else
        {
            AddFronts(share, service, service.LoadBalancerAddresses, $"goto ext/{name}");
        }

        if (service.NodePort > 0)
        {
            share.Verdict(RuleNames.Ports, Front(service), $"goto ext/{name}");
        }
    }

    private static void AddEndpoint(RuleShare share, ServicePortInfo service, EndpointInfo endpoint)
    {
        share.Member(RuleNames.Hairpin, $"{endpoint.Address} . {endpoint.Address}");
        if (service.Protocol != TransportProtocol.Udp)
        {
            return;
        }

        foreach (var address in service.ClusterAddresses.Concat(service.ExternalAddresses).Concat(service.LoadBalancerAddresses))
        {
            share.Udp(address, service.Port, endpoint);
        }

        if (service.NodePort > 0)
        {
            share.Udp(null, service.NodePort, endpoint);
        }
    }

    /// <summary>No endpoint: whoever asks is told at once, instead of waiting for an answer that cannot come.</summary>
    private static void Refuse(RuleShare share, ServicePortInfo service)
    {
        foreach (var address in service.ClusterAddresses.Concat(service.ExternalAddresses).Concat(service.LoadBalancerAddresses))
        {
            share.Verdict(RuleNames.RefusedAddresses, Front(service, address), $"goto {RuleNames.Refuse}");
        }

        if (service.NodePort > 0)
        {
            share.Verdict(RuleNames.RefusedPorts, Front(service), $"goto {RuleNames.Refuse}");
        }
    }
}
