using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Coppice.Objects;

/// <summary>The addresses of a cluster. Whatever follows from them is derived here, so that all parts mean the same ones.</summary>
/// <param name="Services">Where services get their cluster addresses from.</param>
/// <param name="Pods">The addresses of all pods of the cluster.</param>
public sealed record ClusterRanges(IPNetwork Services, IPNetwork Pods)
{
    public static readonly ClusterRanges Default = new(IPNetwork.Parse("10.96.0.0/16"), IPNetwork.Parse("10.244.0.0/16"));

    // Of the cluster's pods a node has 254 addresses, as in Kubernetes; it runs 110 pods.
    private const int NodeLength = 24;

    // The tenth address must be there, and some for others; more than a million would take long to search when they run out.
    private const int LengthMax = 28;
    private const int ServicesLengthMin = 12;
    private const int PodsLengthMin = 8;

    // Addresses with a meaning of their own (RFC 6890), which no packet between machines bears.
    private static readonly IPNetwork[] Reserved =
        [IPNetwork.Parse("0.0.0.0/8"), IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("169.254.0.0/16"), IPNetwork.Parse("224.0.0.0/3")];

    /// <summary>The service "kubernetes", by which pods reach the API.</summary>
    public IPAddress ApiAddress => AddressAt(Services, 1);

    /// <summary>The DNS service, which pods have as their name server.</summary>
    public IPAddress DnsAddress => AddressAt(Services, 10);

    /// <summary>The pods of the first node.</summary>
    public IPNetwork NodePods => Pods.PrefixLength >= NodeLength ? Pods : new IPNetwork(Pods.BaseAddress, NodeLength);

    /// <summary>The ranges that nodes can have for their pods, in order.</summary>
    public IEnumerable<IPNetwork> EachNodePods()
    {
        var size = SizeOf(NodePods);
        for (var i = 0L; i < SizeOf(Pods) / size; i++)
        {
            yield return new IPNetwork(AddressAt(Pods, i * size), NodePods.PrefixLength);
        }
    }

    /// <summary>Where the first node's pods send what is for others.</summary>
    public IPAddress PodGateway => AddressAt(NodePods, 1);

    /// <summary>How many addresses a range has.</summary>
    public static long SizeOf(IPNetwork range) => 1L << (32 - range.PrefixLength);

    /// <summary>An address of a range by its number from 0.</summary>
    public static IPAddress AddressAt(IPNetwork range, long number)
    {
        var bytes = range.BaseAddress.GetAddressBytes();
        BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)(BinaryPrimitives.ReadUInt32BigEndian(bytes) + number));
        return new IPAddress(bytes);
    }

    public static bool Overlap(IPNetwork a, IPNetwork b) => a.Contains(b.BaseAddress) || b.Contains(a.BaseAddress);

    /// <summary>What is wrong with a text as the range of services, in words that follow it; null for a good one.</summary>
    public static string? ServicesError(string text) => Error(text, ServicesLengthMin);

    /// <summary>What is wrong with a text as the range of pods, in words that follow it; null for a good one.</summary>
    public static string? PodsError(string text) => Error(text, PodsLengthMin);

    /// <summary>What is wrong with the two beside each other, and with the node's address; null for good ones.</summary>
    /// <param name="node">Null while it is not known.</param>
    public string? Conflict(IPAddress? node)
    {
        if (Overlap(Services, Pods))
        {
            return $"the range of services {Services} and the range of pods {Pods} overlap";
        }

        foreach (var (range, whose) in new[] { (Services, "services"), (Pods, "pods") })
        {
            if (node is not null && range.Contains(node))
            {
                return $"the node's own address {node} lies in the range of {whose} {range}";
            }
        }

        return null;
    }

    /// <summary>What is wrong with the two beside a network that the machine is in; null for good ones.</summary>
    public string? Conflict(IPNetwork network) =>
        Overlap(Services, network) ? $"the range of services {Services} and the machine's network {network} overlap"
        : Overlap(Pods, network) ? $"the range of pods {Pods} and the machine's network {network} overlap"
        : null;

    private static string? Error(string text, int lengthMin)
    {
        if (text.Split('/') is not [var first, var bits] 
            || !IPAddress.TryParse(first, out var address) || (address.AddressFamily == AddressFamily.InterNetwork && address.ToString() != first)
            || !byte.TryParse(bits, NumberStyles.None, CultureInfo.InvariantCulture, out var length))
        {
            return "is no range of addresses, such as 10.96.0.0/16";
        }

        if (address.AddressFamily != AddressFamily.InterNetwork)
        {
            return "is a range of IPv6, which is not supported yet";
        }

        if (length < lengthMin || length > LengthMax)
        {
            return $"is too {(length > LengthMax ? "small" : "large")}: its length must be /{lengthMin} to /{LengthMax}";
        }

        var range = Masked(address, length);
        if (!range.BaseAddress.Equals(address))
        {
            return $"does not begin at the first address of a range; did you mean {range}?";
        }

        return Reserved.Any(other => Overlap(range, other)) ? "has addresses that are no machine's" : null;
    }

    private static IPNetwork Masked(IPAddress address, int length)
    {
        var bytes = address.GetAddressBytes();
        BinaryPrimitives.WriteUInt32BigEndian(bytes, BinaryPrimitives.ReadUInt32BigEndian(bytes) & (uint.MaxValue << (32 - length)));
        return new IPNetwork(new IPAddress(bytes), length);
    }
}
