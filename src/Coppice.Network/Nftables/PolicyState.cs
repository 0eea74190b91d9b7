using System.Collections.Immutable;
using System.Net;

namespace Coppice.Network.Nftables;

/// <summary>What network policies allow this node's pods, by address, all of one family.</summary>
/// <param name="Policies">Those that are for a pod of this node.</param>
/// <param name="Pods">Those of this node that any policy is for; all others may do what they want.</param>
/// <param name="DnsAddress">The address of the cluster's DNS, as pods are told it; null if it has none of the family.</param>
public sealed record PolicyState(ImmutableArray<PolicyInfo> Policies, ImmutableArray<PolicedPod> Pods, IPAddress? DnsAddress)
{
    public static readonly PolicyState None = new([], [], null);

    /// <summary>Whose addresses they are.</summary>
    public NftFamily Family { get; init; } = NftFamily.V4;
}

/// <param name="Ingress">What may reach its pods; what one grant allows is allowed.</param>
/// <param name="Egress">What its pods may reach.</param>
public sealed record PolicyInfo(string Namespace, string Name, ImmutableArray<PolicyGrant> Ingress, ImmutableArray<PolicyGrant> Egress);

/// <summary>A pod that policies are for.</summary>
/// <param name="Ingress">The names of those that say what may reach it; null if none does, and everybody may.</param>
/// <param name="Egress">The names of those that say what it may reach; null if none does.</param>
public sealed record PolicedPod(string Namespace, IPAddress Address, ImmutableArray<string>? Ingress, ImmutableArray<string>? Egress);

/// <summary>One thing that is allowed: somebody, on some ports.</summary>
public sealed record PolicyGrant
{
    /// <summary>The other side, by its addresses; null if not by them.</summary>
    public ImmutableArray<IPAddress>? Peers { get; init; }

    /// <summary>The other side, by a range; null if not by one.</summary>
    public IPNetwork? Block { get; init; }

    /// <summary>Of the range, who is not meant.</summary>
    public ImmutableArray<IPNetwork> Except { get; init; } = [];

    /// <summary>Null for all.</summary>
    public TransportProtocol? Protocol { get; init; }

    /// <summary>The receiver's ports, both included; null for all.</summary>
    public (int First, int Last)? Ports { get; init; }

    /// <summary>Receivers with their ports, where a port is given by its name; null if it is not.</summary>
    public ImmutableArray<IPEndPoint>? Receivers { get; init; }

    /// <summary>It is the cluster's DNS that may be asked: behind its address is the node itself, on another port.</summary>
    public bool IsDns { get; init; }
}
