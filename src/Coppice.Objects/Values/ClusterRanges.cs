using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Coppice.Objects;

/// <summary>
/// The addresses of a cluster: of IPv4, of IPv6, or of both. Whatever follows from them is derived here, so that all parts mean the same ones.
/// </summary>
/// <param name="Services">Where services get their cluster addresses from, unless they ask for the other family.</param>
/// <param name="Pods">The addresses of all pods of the cluster, those that a pod is known by.</param>
public sealed record ClusterRanges(IPNetwork Services, IPNetwork Pods)
{
    public static readonly ClusterRanges Default = new(IPNetwork.Parse("10.96.0.0/16"), IPNetwork.Parse("10.244.0.0/16"));

    // The tenth address must be there, and some for others: fewer than 16 are too few, of either family.
    private const int BitsMin = 4;

    // Addresses with a meaning of their own (RFC 6890), which no packet between machines bears.
    private static readonly IPNetwork[] Reserved =
    [
        IPNetwork.Parse("0.0.0.0/8"), IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("169.254.0.0/16"), IPNetwork.Parse("224.0.0.0/3"),
        IPNetwork.Parse("::/8"), IPNetwork.Parse("fe80::/10"), IPNetwork.Parse("ff00::/8"),
    ];

    /// <summary>Those of services of the other family; null where there is one family alone.</summary>
    public IPNetwork? OtherServices { get; init; }

    /// <summary>Those of pods of the other family; null where there is one family alone.</summary>
    public IPNetwork? OtherPods { get; init; }

    /// <summary>The first is the one that counts where only one can.</summary>
    public IReadOnlyList<IPNetwork> AllServices => OtherServices is { } other ? [Services, other] : [Services];

    /// <summary>The first is the one that counts where only one can.</summary>
    public IReadOnlyList<IPNetwork> AllPods => OtherPods is { } other ? [Pods, other] : [Pods];

    /// <summary>The ranges of services as they are given on a command line.</summary>
    public string ServicesText => string.Join(',', AllServices);

    /// <summary>The ranges of pods as they are given on a command line.</summary>
    public string PodsText => string.Join(',', AllPods);

    /// <summary>The service "kubernetes", by which pods reach the API.</summary>
    public IPAddress ApiAddress => AddressAt(Services, 1);

    /// <summary>The DNS service, which pods have as their name server.</summary>
    public IPAddress DnsAddress => DnsAddressIn(Services);

    /// <summary>The DNS service's, one of each family.</summary>
    public IReadOnlyList<IPAddress> DnsAddresses => [.. AllServices.Select(DnsAddressIn)];

    /// <summary>The pods of the first node, a range of each family.</summary>
    public IReadOnlyList<IPNetwork> NodePods => [.. AllPods.Select(FirstNodePods)];

    /// <summary>Where the first node's pods send what is for others.</summary>
    public IPAddress PodGateway => AddressAt(FirstNodePods(Pods), 1);

    /// <summary>From texts that have no errors; null for the usual ranges.</summary>
    public static ClusterRanges Parse(string? services, string? pods)
    {
        var (ofServices, ofPods) = (Ranges(services), Ranges(pods));
        return new(ofServices?[0] ?? Default.Services, ofPods?[0] ?? Default.Pods)
        {
            OtherServices = ofServices is [_, var second] ? second : null,
            OtherPods = ofPods is [_, var other] ? other : null,
        };

        static IPNetwork[]? Ranges(string? text) => text?.Split(',').Select(one => IPNetwork.Parse(one)).ToArray();
    }

    /// <summary>The ranges that nodes can have for their pods, in order.</summary>
    /// <param name="pods">All of one family.</param>
    public static IEnumerable<IPNetwork> EachNodePods(IPNetwork pods)
    {
        var first = FirstNodePods(pods);
        var (bits, count) = (LengthOf(pods) - first.PrefixLength, 1L << (first.PrefixLength - pods.PrefixLength));
        for (var i = 0L; i < count; i++)
        {
            yield return new IPNetwork(Shifted(pods, (UInt128)i << bits), first.PrefixLength);
        }
    }

    /// <summary>How many addresses a range has; of a very large one, as many as anybody could ever count.</summary>
    public static long SizeOf(IPNetwork range) => 1L << Math.Min(LengthOf(range) - range.PrefixLength, 62);

    /// <summary>An address of a range by its number from 0.</summary>
    public static IPAddress AddressAt(IPNetwork range, long number) => Shifted(range, (UInt128)number);

    public static bool Overlap(IPNetwork a, IPNetwork b) => a.Contains(b.BaseAddress) || b.Contains(a.BaseAddress);

    public static bool IsV6(IPNetwork range) => range.BaseAddress.AddressFamily == AddressFamily.InterNetworkV6;

    /// <summary>What is wrong with a text as the ranges of services, in words that follow it; null for a good one.</summary>
    public static string? ServicesError(string text) => EachError(text, "10.96.0.0/16", "fd00:96::/112", isV6 => isV6 ? 64 : 12);

    /// <summary>What is wrong with a text as the ranges of pods, in words that follow it; null for a good one.</summary>
    public static string? PodsError(string text) => EachError(text, "10.244.0.0/16", "fd00:244::/56", isV6 => isV6 ? 48 : 8);

    /// <summary>What is wrong with them beside each other, and with an address of the node; null for good ones.</summary>
    /// <param name="node">Null while it is not known.</param>
    public string? Conflict(IPAddress? node)
    {
        foreach (var services in AllServices)
        {
            foreach (var pods in AllPods.Where(pods => Overlap(services, pods)))
            {
                return $"the range of services {services} and the range of pods {pods} overlap";
            }

            if (!AllPods.Any(pods => IsV6(pods) == IsV6(services)))
            {
                return $"services have addresses of {FamilyOf(services)} ({services}), and pods have none ({PodsText})";
            }
        }

        return node is null ? null : Each()
            .Where(one => one.Range.Contains(node))
            .Select(one => $"the node's own address {node} lies in the range of {one.Whose} {one.Range}")
            .FirstOrDefault();
    }

    /// <summary>What is wrong with them beside a network that the machine is in; null for good ones.</summary>
    public string? Conflict(IPNetwork network) => Each()
        .Where(one => Overlap(one.Range, network))
        .Select(one => $"the range of {one.Whose} {one.Range} and the machine's network {network} overlap")
        .FirstOrDefault();

    private IEnumerable<(IPNetwork Range, string Whose)> Each() => AllServices.Select(one => (one, "services")).Concat(AllPods.Select(one => (one, "pods")));

    private static IPAddress DnsAddressIn(IPNetwork services) => AddressAt(services, 10);

    // A node has 254 addresses of IPv4, or a /64 of IPv6, as in Kubernetes; it runs 110 pods.
    private static IPNetwork FirstNodePods(IPNetwork pods) => new(pods.BaseAddress, Math.Max(pods.PrefixLength, IsV6(pods) ? 64 : 24));

    private static IPAddress Shifted(IPNetwork range, UInt128 number)
    {
        var bytes = range.BaseAddress.GetAddressBytes();
        if (IsV6(range))
        {
            BinaryPrimitives.WriteUInt128BigEndian(bytes, BinaryPrimitives.ReadUInt128BigEndian(bytes) + number);
        }
        else
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes, BinaryPrimitives.ReadUInt32BigEndian(bytes) + (uint)number);
        }

        return new IPAddress(bytes);
    }

    private static int LengthOf(IPNetwork range) => IsV6(range) ? 128 : 32;

    private static string FamilyOf(IPNetwork range) => IsV6(range) ? "IPv6" : "IPv4";

    /// <param name="lengthMin">More addresses than such a range has take long to search when they run out, or to hand out; by whether it is of IPv6.</param>
    private static string? EachError(string text, string v4, string v6, Func<bool, int> lengthMin)
    {
        var parts = text.Split(',');
        foreach (var part in parts)
        {
            if (Error(part, v4, v6, lengthMin) is { } error)
            {
                return parts.Length == 1 ? error : $"has '{part}', which {error}";
            }
        }

        return parts.Length > 2 ? $"has more than two ranges: one of each family at most, such as {v4},{v6}"
            : parts is [var a, var b] && IPNetwork.Parse(a) is var first && IsV6(first) == IsV6(IPNetwork.Parse(b))
                ? $"has two ranges of {FamilyOf(first)}: one of each family at most, such as {v4},{v6}"
            : null;
    }

    private static string? Error(string text, string v4, string v6, Func<bool, int> lengthMin)
    {
        if (text.Split('/') is not [var first, var bits] || first.Contains('%')
            || !IPAddress.TryParse(first, out var address) || (address.AddressFamily == AddressFamily.InterNetwork && address.ToString() != first)
            || !byte.TryParse(bits, NumberStyles.None, CultureInfo.InvariantCulture, out var length) || length > address.GetAddressBytes().Length * 8)
        {
            return $"is no range of addresses, such as {v4} or {v6}";
        }

        var range = new IPNetwork(address, length);
        var (min, max) = (lengthMin(IsV6(range)), LengthOf(range) - BitsMin);
        if (length < min || length > max)
        {
            return $"is too {(length > max ? "small" : "large")}: its length must be /{min} to /{max}";
        }

        if (!range.BaseAddress.Equals(address))
        {
            return $"does not begin at the first address of a range; did you mean {range}?";
        }

        return address.IsIPv4MappedToIPv6 || Reserved.Any(other => Overlap(range, other)) ? "has addresses that are no machine's" : null;
    }
}
