using System.Collections.Immutable;
using System.Net;

namespace Coppice.Network.Nftables;

/// <summary>Everything the service rules of one node follow from, of one family of addresses: the input of <see cref="RulePlanner"/>.</summary>
/// <param name="Services">One entry a service port. Where two claim the same address and port, the first one gets it.</param>
/// <param name="HostPorts">The host ports of the pods that run on this node.</param>
public sealed record NetworkState(NodeNetwork Node, ImmutableArray<ServicePortInfo> Services, ImmutableArray<HostPortInfo> HostPorts)
{
    /// <summary>Other nodes and their pods.</summary>
    public OtherNodes OtherNodes { get; init; } = OtherNodes.None;

    /// <summary>What network policies allow.</summary>
    public PolicyState Policies { get; init; } = PolicyState.None;

    /// <summary>Where load balancers ask for services' endpoints on this node.</summary>
    public ImmutableArray<HealthPortInfo> HealthPorts { get; init; } = [];

    /// <summary>What of the objects could not be understood, and so is not in here.</summary>
    public ImmutableArray<RuleWarning> Warnings { get; init; } = [];
}

/// <summary>What the rules need to know of the node.</summary>
/// <param name="ServiceRanges">Where cluster addresses come from; what is unknown in them is refused.</param>
/// <param name="PodRange">The addresses of all pods of the cluster, not only this node's. All else is of its family.</param>
/// <param name="PodDevices">
/// Devices behind which pods may be found; a trailing <c>*</c> stands for any ending. Packets from or to the pod range never
/// leave by another one (unless masqueraded).
/// </param>
public sealed record NodeNetwork(ImmutableArray<IPNetwork> ServiceRanges, IPNetwork PodRange, ImmutableArray<string> PodDevices)
{
    /// <summary>The cluster's name server; null for none.</summary>
    public IPAddress? DnsAddress { get; init; }

    internal NftFamily Family => NftFamily.For(PodRange);
}

/// <summary>Other nodes and their pods: who sends to them leaves by whatever device leads there. No range has addresses of another.</summary>
public sealed record OtherNodes(ImmutableArray<IPNetwork> Ranges)
{
    /// <summary>The UDP port, at every node, of what nodes without a common link wrap for each other: the one that IANA gave VXLAN.</summary>
    public const ushort TunnelPort = 4789;

    public static readonly OtherNodes None = new([]);

    /// <summary>This node's own address, to which others send what they wrap; null for none of this family.</summary>
    public IPAddress? Near { get; init; }
}

public enum TransportProtocol
{
    Tcp,
    Udp,
    Sctp,
}

/// <summary>One port of one service, with everything that leads to it and everything behind it.</summary>
/// <param name="PortName">The port's name, or its number where it has none.</param>
public sealed record ServicePortInfo(string Namespace, string Name, string PortName, TransportProtocol Protocol, int Port)
{
    public RuleOwner Owner => new("Service", Namespace, Name);

    public ImmutableArray<IPAddress> ClusterAddresses { get; init; } = [];

    /// <summary><c>spec.externalIPs</c>.</summary>
    public ImmutableArray<IPAddress> ExternalAddresses { get; init; } = [];

    /// <summary><c>status.loadBalancer.ingress</c>.</summary>
    public ImmutableArray<IPAddress> LoadBalancerAddresses { get; init; } = [];

    /// <summary>Who may use the load balancer's addresses; null for everyone, empty for nobody.</summary>
    public ImmutableArray<IPNetwork>? LoadBalancerSourceRanges { get; init; }

    /// <summary>Zero for none.</summary>
    public int NodePort { get; init; }

    /// <summary>How long a client stays with its endpoint (sessionAffinity ClientIP); null for no affinity.</summary>
    public TimeSpan? AffinityTimeout { get; init; }

    /// <summary>internalTrafficPolicy Local: cluster addresses lead to endpoints of this node only.</summary>
    public bool InternalLocalOnly { get; init; }

    /// <summary>externalTrafficPolicy Local: traffic from outside stays on this node and keeps its source address.</summary>
    public bool ExternalLocalOnly { get; init; }

    /// <summary>Every endpoint that may be used: the ready ones, and those that end but still serve.</summary>
    public ImmutableArray<EndpointInfo> Endpoints { get; init; } = [];
}

/// <param name="Local">It runs on this node.</param>
/// <param name="Terminating">It ends but still serves: used only where no other endpoint is left.</param>
/// <param name="Far">There are others that are to be used from here before it.</param>
public sealed record EndpointInfo(IPAddress Address, int Port, bool Local, bool Terminating = false, bool Far = false)
{
    /// <summary>The ready ones; those that end but still serve only if there are no others.</summary>
    internal static ImmutableArray<EndpointInfo> Usable(ImmutableArray<EndpointInfo> endpoints)
    {
        var ready = endpoints.RemoveAll(e => e.Terminating);
        return ready.IsEmpty ? endpoints : ready;
    }
}

/// <summary>A container port that the node's own port leads to.</summary>
/// <param name="HostAddress">The one address of the node it is on, or null for every address.</param>
public sealed record HostPortInfo(
    string Namespace, string Pod, TransportProtocol Protocol, IPAddress? HostAddress, int HostPort, IPAddress PodAddress, int ContainerPort)
{
    public RuleOwner Owner => new("Pod", Namespace, Pod);
}
