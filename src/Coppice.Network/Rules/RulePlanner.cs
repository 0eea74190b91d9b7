using System.Collections.Immutable;
using System.Net;

namespace Coppice.Network.Rules;

/// <summary>
/// Turns services, endpoints and host ports into the content of our nftables table. Pure.
/// <para>
/// A packet's way: the <c>services</c> chain (prerouting and output) looks its destination up in a map, and a verdict leads it to
/// the chain of one service port, which picks an endpoint at random. Only a connection's first packet comes here; the kernel's
/// connection tracking leads the others the same way, so a change of endpoints touches new connections only.
/// </para>
/// <para>
/// Chains of a service port: <c>all/…</c> every endpoint; <c>local/…</c> those of this node; <c>ext/…</c> what comes by a node
/// port, an external or a load balancer's address; <c>lb/…</c> admits by source range; <c>ep/…</c> one endpoint, where clients
/// stay with theirs.
/// </para>
/// </summary>
public static class RulePlanner
{
    public static Ruleset Plan(NetworkState state)
    {
        var draft = new RulesetDraft();
        NodeChains.Add(draft, state.Node);
        foreach (var service in state.Services) AddService(draft, service, state.Node);
        foreach (var port in state.HostPorts) AddHostPort(draft, port);
        return draft.Finish();
    }

    private static void AddService(RulesetDraft draft, ServiceRules service, NodeRules node)
    {
        if (service.Endpoints.IsEmpty)
        {
            Refuse(draft, service);
            return;
        }

        var name = RuleNames.Of(service);
        var all = Usable(service.Endpoints);
        var local = Usable([.. service.Endpoints.Where(e => e.Local)]);
        var external = service.NodePort > 0 || !service.ExternalAddresses.IsEmpty || !service.LoadBalancerAddresses.IsEmpty;

        // 1. The chains that pick an endpoint; a chain that nothing would lead to is left out.
        if (!service.InternalLocalOnly || external) AddPick(draft, service, $"all/{name}", all);
        if (!local.IsEmpty && (service.InternalLocalOnly || (external && service.ExternalLocalOnly)))
            AddPick(draft, service, $"local/{name}", local);
        if (service.AffinityTimeout is { } timeout) AddAffinity(draft, service, name, timeout, all, local);

        // 2. What leads to them.
        var inside = !service.InternalLocalOnly ? $"goto all/{name}" : local.IsEmpty ? "drop" : $"goto local/{name}";
        AddFronts(draft, service, service.ClusterAddresses, inside);
        if (external) AddExternal(draft, service, name, node, hasLocal: !local.IsEmpty);

        // 3. What has to be known of each endpoint.
        foreach (var endpoint in service.Endpoints) AddEndpoint(draft, service, endpoint);
    }

    /// <summary>The ready ones; those that end but still serve only if there are no others.</summary>
    private static ImmutableArray<EndpointRules> Usable(ImmutableArray<EndpointRules> endpoints)
    {
        var ready = endpoints.RemoveAll(e => e.Terminating);
        return ready.IsEmpty ? endpoints : ready;
    }

    private static void AddPick(RulesetDraft draft, ServiceRules service, string chain, ImmutableArray<EndpointRules> endpoints)
    {
        if (service.AffinityTimeout is not { } timeout)
        {
            draft.Chain(chain, DestinationFor(service.Protocol, endpoints));
            return;
        }
        var name = RuleNames.Of(service);
        var rules = new List<string>(endpoints.Length + 1);
        foreach (var endpoint in endpoints)
            rules.Add($"ip saddr @{AffinitySet(name, endpoint, timeout)} goto {EndpointChain(name, endpoint)}");
        rules.Add(endpoints.Length == 1
            ? $"goto {EndpointChain(name, endpoints[0])}"
            : $"numgen random mod {endpoints.Length} vmap {{ {string.Join(", ", endpoints.Select((e, i) => $"{i} : goto {EndpointChain(name, e)}"))} }}");
        draft.Chain(chain, rules);
    }

    private static string DestinationFor(TransportProtocol protocol, ImmutableArray<EndpointRules> endpoints) => endpoints.Length == 1
        ? $"meta l4proto {RuleNames.Of(protocol)} dnat to {endpoints[0].Address}:{endpoints[0].Port}"
        : $"meta l4proto {RuleNames.Of(protocol)} dnat ip to numgen random mod {endpoints.Length} map {{ "
            + string.Join(", ", endpoints.Select((e, i) => $"{i} : {e.Address} . {e.Port}")) + " }";

    private static void AddAffinity(
        RulesetDraft draft, ServiceRules service, string name, TimeSpan timeout,
        ImmutableArray<EndpointRules> all, ImmutableArray<EndpointRules> local)
    {
        foreach (var endpoint in all.Union(local))
        {
            var set = AffinitySet(name, endpoint, timeout);
            draft.Set(set, "set", $"type ipv4_addr ; flags dynamic,timeout ; timeout {(long)timeout.TotalSeconds}s ; size 65536 ;");
            draft.Chain(
                EndpointChain(name, endpoint),
                $"update @{set} {{ ip saddr }}",
                $"meta l4proto {RuleNames.Of(service.Protocol)} dnat to {endpoint.Address}:{endpoint.Port}");
        }
    }

    // The timeout is part of the name, because the kernel cannot change that of a set: another timeout is another set.
    private static string AffinitySet(string name, EndpointRules endpoint, TimeSpan timeout) =>
        $"clients/{name}/{endpoint.Address}-{endpoint.Port}/{(long)timeout.TotalSeconds}s";

    private static string EndpointChain(string name, EndpointRules endpoint) => $"ep/{name}/{endpoint.Address}-{endpoint.Port}";

    private static void AddFronts(RulesetDraft draft, ServiceRules service, ImmutableArray<IPAddress> addresses, string verdict)
    {
        foreach (var address in addresses)
            draft.Element(RuleNames.Addresses, Front(service, address), verdict, $"service {service.Namespace}/{service.Name}");
    }

    private static string Front(ServiceRules service, IPAddress address) => $"{address} . {RuleNames.Of(service.Protocol)} . {service.Port}";

    private static string Front(ServiceRules service) => $"{RuleNames.Of(service.Protocol)} . {service.NodePort}";

    private static void AddExternal(RulesetDraft draft, ServiceRules service, string name, NodeRules node, bool hasLocal)
    {
        // With policy Local the client's address stays visible. Pods and the node itself may still use every endpoint, as inside.
        draft.Chain($"ext/{name}", service.ExternalLocalOnly
            ? [$"ip saddr {node.PodRange} goto all/{name}",
               $"fib saddr type local {RuleNames.SetMasqueradeMark} goto all/{name}",
               hasLocal ? $"goto local/{name}" : "drop"]
            : [RuleNames.SetMasqueradeMark, $"goto all/{name}"]);

        AddFronts(draft, service, service.ExternalAddresses, $"goto ext/{name}");
        if (!service.LoadBalancerSourceRanges.IsEmpty && !service.LoadBalancerAddresses.IsEmpty)
        {
            draft.Chain($"lb/{name}", $"ip saddr {{ {string.Join(", ", service.LoadBalancerSourceRanges)} }} goto ext/{name}", "drop");
            AddFronts(draft, service, service.LoadBalancerAddresses, $"goto lb/{name}");
        }
        else
        {
            AddFronts(draft, service, service.LoadBalancerAddresses, $"goto ext/{name}");
        }
        if (service.NodePort > 0)
            draft.Element(RuleNames.Ports, Front(service), $"goto ext/{name}", $"service {service.Namespace}/{service.Name}");
    }

    private static void AddEndpoint(RulesetDraft draft, ServiceRules service, EndpointRules endpoint)
    {
        draft.SharedElement(RuleNames.Hairpin, $"{endpoint.Address} . {endpoint.Address}");
        if (service.Protocol != TransportProtocol.Udp) return;
        foreach (var address in service.ClusterAddresses.Concat(service.ExternalAddresses).Concat(service.LoadBalancerAddresses))
            draft.Udp(address, service.Port, endpoint);
        if (service.NodePort > 0) draft.Udp(null, service.NodePort, endpoint);
    }

    /// <summary>No endpoint: whoever asks is told at once, instead of waiting for an answer that cannot come.</summary>
    private static void Refuse(RulesetDraft draft, ServiceRules service)
    {
        var owner = $"service {service.Namespace}/{service.Name}";
        foreach (var address in service.ClusterAddresses.Concat(service.ExternalAddresses).Concat(service.LoadBalancerAddresses))
            draft.Element(RuleNames.RefusedAddresses, Front(service, address), $"goto {RuleNames.Refuse}", owner);
        if (service.NodePort > 0) draft.Element(RuleNames.RefusedPorts, Front(service), $"goto {RuleNames.Refuse}", owner);
    }

    private static void AddHostPort(RulesetDraft draft, HostPortRules port)
    {
        var protocol = RuleNames.Of(port.Protocol);
        var chain = $"host/{RuleNames.Of(port)}";
        var owner = $"pod {port.Namespace}/{port.Pod}";
        var verdict = $"goto {chain}";
        var added = port.HostAddress is { } address
            ? draft.Element(RuleNames.Addresses, $"{address} . {protocol} . {port.HostPort}", verdict, owner)
            : draft.Element(RuleNames.Ports, $"{protocol} . {port.HostPort}", verdict, owner);
        if (!added) return;

        // The pod sees who calls, except the node's loopback: nobody could answer to that.
        draft.Chain(
            chain,
            $"ip saddr 127.0.0.0/8 {RuleNames.SetMasqueradeMark}",
            $"meta l4proto {protocol} dnat to {port.PodAddress}:{port.ContainerPort}");
        draft.SharedElement(RuleNames.Hairpin, $"{port.PodAddress} . {port.PodAddress}");
        if (port.Protocol == TransportProtocol.Udp)
            draft.Udp(port.HostAddress, port.HostPort, new EndpointRules(port.PodAddress, port.ContainerPort, Local: true));
    }
}
