namespace Coppice.Network.Nftables;

/// <summary>The chain of one host port and what leads to it. Pure.</summary>
internal static class HostPortChains
{
    public static RuleShare Plan(HostPortInfo port)
    {
        var share = new RuleShare(port.Owner);
        var protocol = RuleNames.Of(port.Protocol);
        var chain = $"host/{RuleNames.Of(port)}";
        if (port.HostAddress is { } address)
        {
            share.Verdict(RuleNames.Addresses, $"{address} . {protocol} . {port.HostPort}", $"goto {chain}");
        }
        else
        {
            share.Verdict(RuleNames.Ports, $"{protocol} . {port.HostPort}", $"goto {chain}");
        }

        // The pod sees who calls, except the node's loopback: nobody could answer to that.
        var family = port.PodAddress.AddressFamily == NftFamily.V6.Of ? NftFamily.V6 : NftFamily.V4;
        share.Chain(
            chain,
            $"{family} saddr {family.Loopback} {RuleNames.SetMasqueradeMark}",
            $"meta l4proto {protocol} dnat to {RuleShare.Target(port.PodAddress, port.ContainerPort)}");
        share.Member(RuleNames.Hairpin, $"{port.PodAddress} . {port.PodAddress}");
        if (port.Protocol == TransportProtocol.Udp)
        {
            share.Udp(port.HostAddress, port.HostPort, new EndpointInfo(port.PodAddress, port.ContainerPort, Local: true));
        }

        return share;
    }
}
