using System.Collections.Immutable;
using Coppice.Network.Nftables;
using Coppice.Objects;

namespace Coppice.Network;

/// <summary>The settings of the node's network: one record, passed whole.</summary>
public sealed record NetworkOptions
{
    /// <summary>This node's name, as endpoints and pods give it.</summary>
    public required string NodeName { get; init; }

    /// <summary>The directory where the runtime looks for CNI configurations; it should be one of our own containerd.</summary>
    public required string CniConfigurationDirectory { get; init; }

    /// <summary>Where the CNI plugins note which pod has which address; under the data directory, so that it survives a restart.</summary>
    public required string CniDataDirectory { get; init; }

    /// <summary>A CNI plugin that is called before the others, with a network namespace in which there is nothing yet; null for none.</summary>
    public string? FirstPlugin { get; init; }

    /// <summary>Names our nftables table and our CNI network: another instance on the machine needs another one. A letter, then letters, digits and '_'.</summary>
    public string Instance { get; init; } = "coppice";

    /// <summary>The addresses of services and pods.</summary>
    public ClusterRanges Ranges { get; init; } = ClusterRanges.Default;

    /// <summary>Devices behind which this node's pods may be; see <see cref="Nftables.NodeNetwork"/>. The ptp plugin names its own veth….</summary>
    public ImmutableArray<string> PodDevices { get; init; } = ["veth*"];

    /// <summary>The pods' MTU in bytes; zero for the kernel's default. To be lowered where packets are wrapped between nodes.</summary>
    public int Mtu { get; init; }

    /// <summary>The end of all cluster names.</summary>
    public string ClusterDomain { get; init; } = "cluster.local";

    /// <summary>Where the DNS server listens, UDP and TCP, on the node's address; zero for any free port.</summary>
    public int DnsPort { get; init; }

    /// <summary>Of the free ports, the one that it had before a restart and that pods may still be sent to; zero if none is known.</summary>
    public int DnsPortBefore { get; init; }

    /// <summary>Where the node's own DNS server answers, which its pods are led to in place of any other node's, by family; none before it listens.</summary>
    public ImmutableArray<System.Net.IPEndPoint> OwnDns { get; init; } = [];

    /// <summary>Names outside the cluster are asked of the servers in this file, which is read anew when it changes.</summary>
    public string ResolverFile { get; init; } = "/etc/resolv.conf";

    /// <summary>How long one name server may take before the next is asked; a client of the usual resolver gives up after 5 s.</summary>
    public TimeSpan ForwardTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Questions under way to other servers at once; more are answered with SERVFAIL instead of piling up.</summary>
    public int MaxConcurrentForwards { get; init; } = 1000;

    /// <summary>Those of one client, so that one pod that asks for what nobody answers leaves room for the others'.</summary>
    public int MaxConcurrentForwardsOfOne { get; init; } = 250;

    /// <summary>Connections to the DNS server at once; more are closed as soon as they are accepted.</summary>
    public int MaxDnsConnections { get; init; } = 256;

    /// <summary>Those of one client. A resolver that asks over TCP needs one or two.</summary>
    public int MaxDnsConnectionsOfOne { get; init; } = 32;

    /// <summary>
    /// How often the rules are compared with what was applied, in case the kernel's word of a change was missed. It takes 0.2 s with 1 000
    /// services, so it is not done all the time.
    /// </summary>
    public TimeSpan RuleAuditInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often the routes to other nodes' pods are looked at, in case the kernel's word of a change was missed. It reads one file.</summary>
    public TimeSpan RouteAuditInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The families of addresses that pods have, the one that they are known by first.</summary>
    public IReadOnlyList<NftFamily> Families => [.. Ranges.AllPods.Select(NftFamily.For)];

    /// <summary>What rules need to know, of the family that pods are known by.</summary>
    public NodeNetwork NodeNetwork => NodeNetworkOf(Families[0]);

    public NodeNetwork NodeNetworkOf(NftFamily family) =>
        new([.. Ranges.AllServices.Where(range => NftFamily.For(range) == family)], Ranges.AllPods.First(range => NftFamily.For(range) == family), [.. PodDevices, TunnelDeviceOf(Instance)])
        {
            DnsAddress = Ranges.DnsAddresses.FirstOrDefault(family.Has),
        };

    /// <summary>What wraps packets for nodes without a common link. The kernel takes 15 characters for a device.</summary>
    public static string TunnelDeviceOf(string instance) => $"vx-{instance[..Math.Min(instance.Length, 12)]}";
}
