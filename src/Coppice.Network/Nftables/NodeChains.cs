namespace Coppice.Network.Nftables;

/// <summary>The part of the rules that is there whatever services exist: the hooks, the maps, and what must never pass.</summary>
internal static class NodeChains
{
    public static RuleShare Plan(NodeNetwork node)
    {
        var share = new RuleShare(null);
        AddMaps(share, node.Family);
        AddTranslation(share, node);
        AddRefusals(share, node);
        AddGuard(share, node);
        return share;
    }

    /// <summary>Nodes come and go without a change of the rules: they are members of a set.</summary>
    public static RuleShare Plan(OtherNodes others)
    {
        var share = new RuleShare(null);
        foreach (var range in others.Ranges)
        {
            share.Member(RuleNames.OtherNodes, $"{range}");
            if (others.Near is { } near && range.PrefixLength == NftFamily.For(range).Length)
            {
                share.Member(RuleNames.Tunnels, $"{range.BaseAddress} . {near}");
            }
        }

        return share;
    }

    private static void AddMaps(RuleShare share, NftFamily family)
    {
        var address = family.AddressType;
        share.Set(RuleNames.Addresses, "map", $"type {address} . inet_proto . inet_service : verdict ;");
        foreach (var protocol in Enum.GetValues<TransportProtocol>())
        {
            // The last of the key is the endpoint's number among those of the address.
            var port = $"{RuleNames.Of(protocol)} dport";
            share.Set(RuleNames.EndpointsOf(protocol), "map", $"typeof {family} daddr . {port} . numgen random mod 2 : {family} daddr . {port} ;");
        }

        share.Set(RuleNames.Ports, "map", "type inet_proto . inet_service : verdict ;");
        share.Set(RuleNames.RefusedAddresses, "map", $"type {address} . inet_proto . inet_service : verdict ;");
        share.Set(RuleNames.RefusedPorts, "map", "type inet_proto . inet_service : verdict ;");
        share.Set(RuleNames.Hairpin, "set", $"type {address} . {address} ;");
        share.Set(RuleNames.OtherNodes, "set", $"type {address} ; flags interval ;");

        // The other end first. A look into it is cheaper than one into a set of ranges, and every wrapped packet is looked up.
        share.Set(RuleNames.Tunnels, "set", $"type {address} . {address} ;");
    }

    private static void AddTranslation(RuleShare share, NodeNetwork node)
    {
        var ip = node.Family;
        share.BaseChain("nat-prerouting", "type nat hook prerouting priority -100 ; policy accept ;", $"jump {RuleNames.Services}");
        share.BaseChain("nat-output", "type nat hook output priority -100 ; policy accept ;", $"jump {RuleNames.Services}");
        share.Chain(
            RuleNames.Services,
            // Who is no pod may not be known where the endpoint runs; its answer has to come back through this node.
            [
                .. node.ServiceRanges.Select(range => $"{ip} daddr {range} {ip} saddr != {node.PodRange} {RuleNames.SetMasqueradeMark}"),
                $"{ip} daddr . meta l4proto . th dport vmap @{RuleNames.Addresses}",
                $"{OwnAddresses(node.Family)} meta l4proto . th dport vmap @{RuleNames.Ports}",
            ]);
        share.BaseChain(
            "nat-postrouting",
            "type nat hook postrouting priority 100 ; policy accept ;",
            "meta mark & 0x00004000 != 0x00000000 meta mark set meta mark & 0xffffbfff masquerade fully-random",
            // A pod that reaches itself through a service must see a stranger, or it would answer itself directly.
            $"{ip} saddr . {ip} daddr @{RuleNames.Hairpin} masquerade fully-random",
            $"{ip} saddr {node.PodRange} {ip} daddr != {node.PodRange} masquerade fully-random");
    }

    private static void AddRefusals(RuleShare share, NodeNetwork node)
    {
        var ip = node.Family;
        var unknown = node.ServiceRanges.Select(range => $"{ip} daddr {range} goto {RuleNames.Refuse}").ToList();
        share.Chain(RuleNames.Refuse, "meta l4proto tcp reject with tcp reset", $"reject with {node.Family.Icmp} type port-unreachable");
        share.Chain(RuleNames.PodBound, [.. WaysInside(node), $"goto {RuleNames.Refuse}"]);
        AddUntracked(share, node);
        share.BaseChain(
            "filter-input",
            "type filter hook input priority 0 ; policy accept ;",
            // Node ports on localhost need route_localnet, which would open the node's loopback to its neighbours: closed here again.
            $"{ip} daddr {node.Family.Loopback} iifname != \"lo\" ct state invalid,new,untracked ct status ! dnat drop",
            $"ct state new goto {RuleNames.WithoutEndpoints}");
        share.BaseChain(
            "filter-forward",
            "type filter hook forward priority 0 ; policy accept ;",
            [
                // Nearly all packets, and nothing below is for them; each rule that they meet costs what is measured between nodes.
                .. WaysToPods(node).Select(way => $"{way} ct state established accept"),
                // What tracking does not know it does not translate back; the receiver would answer a stranger with a reset.
                $"ct state invalid {ip} saddr {node.PodRange} drop",
                $"ct state new {ip} daddr . meta l4proto . th dport vmap @{RuleNames.RefusedAddresses}",
                .. unknown,
                $"{ip} daddr {node.PodRange} goto {RuleNames.PodBound}",
            ]);
        share.BaseChain(
            "filter-output",
            "type filter hook output priority 0 ; policy accept ;",
            [
                // Names are not answered for the moment in which coppice is started anew: who hears of nobody there gives up, and who hears
                // nothing asks again.
                .. node.DnsAddress is { } dns ? (string[])[$"{node.Family.Icmp} type destination-unreachable ct original {ip} daddr {dns} drop"] : [],
                $"ct state new {ip} daddr . meta l4proto . th dport vmap @{RuleNames.RefusedAddresses}",
                .. unknown,
                // A packet just translated still shows the device it was first meant for: those are left to the guard.
                $"{ip} daddr {node.PodRange} ct status ! dnat goto {RuleNames.PodBound}",
            ]);
    }

    /// <summary>
    /// New connections to what has no endpoint are refused before they are tracked. A reset takes along what tracking knows of the
    /// connection that it ends: noted as closed and not translated, it would have the next one from the same port refused as well, for
    /// ten seconds, whatever endpoints there are by then. What nodes wrap for each other is not tracked at all: what is in it is, at both
    /// ends.
    /// </summary>
    private static void AddUntracked(RuleShare share, NodeNetwork node)
    {
        var ip = node.Family;
        share.Chain(
            RuleNames.WithoutEndpoints,
            $"{ip} daddr . meta l4proto . th dport vmap @{RuleNames.RefusedAddresses}",
            $"{OwnAddresses(ip)} meta l4proto . th dport vmap @{RuleNames.RefusedPorts}");
        foreach (var (hook, ends) in new[] { ("prerouting", $"{ip} saddr . {ip} daddr"), ("output", $"{ip} daddr . {ip} saddr") })
        {
            share.BaseChain(
                $"raw-{hook}",
                $"type filter hook {hook} priority -300 ; policy accept ;",
                $"tcp flags & (fin | syn | rst | ack) == syn jump {RuleNames.WithoutEndpoints}",
                $"udp dport {OtherNodes.TunnelPort} {ends} @{RuleNames.Tunnels} notrack");
        }
    }

    /// <summary>The last look at what leaves, when device and addresses are final: cluster addresses stay in the cluster.</summary>
    private static void AddGuard(RuleShare share, NodeNetwork node)
    {
        var ip = node.Family;
        share.Chain(RuleNames.Leak, [.. WaysInside(node), "drop"]);
        share.BaseChain(
            "guard-postrouting",
            "type filter hook postrouting priority 150 ; policy accept ;",
            [
                .. PodDevices(node).Select(device => $"{device} accept"),
                .. node.ServiceRanges.Prepend(node.PodRange).Select(range => $"{ip} daddr {range} goto {RuleNames.Leak}"),
                $"{ip} saddr {node.PodRange} goto {RuleNames.Leak}",
            ]);
    }

    /// <summary>Node ports answer on them. Of IPv6 the loopback's is not among them: the kernel lets nothing from there out to a pod.</summary>
    private static string OwnAddresses(NftFamily family) => family == NftFamily.V4 ? "fib daddr type local" : $"{family} daddr != {family.Loopback} fib daddr type local";

    private static IEnumerable<string> WaysInside(NodeNetwork node) => WaysToPods(node).Prepend("oifname \"lo\"").Select(way => $"{way} return");

    private static IEnumerable<string> WaysToPods(NodeNetwork node) => PodDevices(node).Append($"{node.Family} daddr @{RuleNames.OtherNodes}");

    private static IEnumerable<string> PodDevices(NodeNetwork node) => node.PodDevices.Select(device => $"oifname \"{device}\"");
}
