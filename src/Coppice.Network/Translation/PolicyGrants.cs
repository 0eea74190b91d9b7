using System.Collections.Immutable;
using System.Net;
using Coppice.Network.Nftables;
using Coppice.Objects;
using Coppice.Objects.Networking;
using IPAddress = System.Net.IPAddress;

namespace Coppice.Network.Translation;

/// <summary>What the rules of one policy allow.</summary>
/// <param name="ns">The policy's namespace.</param>
/// <param name="place">The family that is looked at, and the address of the cluster's DNS; null if it has none of the family.</param>
/// <param name="reading">Notes what cannot be understood.</param>
internal sealed class PolicyGrants(NetworkObjects objects, IReadOnlyList<PolicyPod> pods, string ns, (NftFamily Family, IPAddress? Dns) place, FieldReader reading)
{
    // The cluster's DNS is no pod here; a policy means it by what its pods have elsewhere.
    private const string DnsNamespace = "kube-system";
    private static readonly ValueMap<string> DnsLabels = new ValueMap<string>().With("k8s-app", "kube-dns");

    public IEnumerable<PolicyGrant> Ingress(NetworkPolicyIngressRule rule, IReadOnlyList<PolicyPod> receivers, string path)
    {
        foreach (var (peer, _) in PeersOf(rule.From, $"{path}.from"))
        {
            foreach (var port in PortsOf(rule.Ports, $"{path}.ports"))
            {
                if (port.Name is null)
                {
                    yield return With(peer, port);
                }
                else if (Named(receivers, port) is { IsEmpty: false } named)
                {
                    yield return With(peer, port) with { Receivers = named };
                }
            }
        }
    }

    public IEnumerable<PolicyGrant> Egress(NetworkPolicyEgressRule rule, string path)
    {
        foreach (var (peer, named) in PeersOf(rule.To, $"{path}.to"))
        {
            foreach (var port in PortsOf(rule.Ports, $"{path}.ports"))
            {
                if (port.Name is null)
                {
                    yield return With(peer, port);
                }
                else if (Named(named ?? pods, port) is { IsEmpty: false } receivers)
                {
                    // The receivers' addresses are in these.
                    yield return With(new PolicyGrant(), port) with { Receivers = receivers };
                }
            }
        }

        foreach (var protocol in (TransportProtocol[])[TransportProtocol.Udp, TransportProtocol.Tcp])
        {
            if (MeansDns(rule, protocol))
            {
                yield return new PolicyGrant { IsDns = true, Protocol = protocol };
            }
        }
    }

    private bool MeansDns(NetworkPolicyEgressRule rule, TransportProtocol protocol)
    {
        var name = protocol == TransportProtocol.Udp ? "dns" : "dns-tcp";
        var isPort = rule.Ports.IsEmpty || rule.Ports.Any(port => FieldReader.ProtocolOf(port.Protocol) == protocol && (port.Port switch
        {
            null => true,
            { IsNumber: true } number => PolicyPorts.Dns >= number.Number && PolicyPorts.Dns <= (port.EndPort ?? number.Number),
            { } text => text.Text == name,
        }));
        return place.Dns is { } dns && isPort && (rule.To.IsEmpty || rule.To.Any(peer =>
            peer.IpBlock is { } block
                ? Range(block.Cidr, "") is { } range && range.Contains(dns) && !block.Except.Any(except => Range(except, "")?.Contains(dns) == true)
                : InNamespaces(peer)(DnsNamespace) && (peer.PodSelector is null || LabelQuery.Of(peer.PodSelector).Matches(DnsLabels))));
    }

    /// <summary>The other sides: the pods that any peer selects together, and each range; one that is everybody if none is named.</summary>
    private IEnumerable<(PolicyGrant Grant, IReadOnlyList<PolicyPod>? Pods)> PeersOf(ValueList<NetworkPolicyPeer> peers, string path)
    {
        if (peers.IsEmpty)
        {
            yield return (new PolicyGrant(), null);
            yield break;
        }

        var selected = peers.Where(peer => peer.IpBlock is null).SelectMany(Selected).Distinct().ToList();
        if (selected.Count > 0)
        {
            yield return (new PolicyGrant { Peers = [.. selected.Select(pod => pod.Address)] }, selected);
        }

        foreach (var (i, peer) in peers.Index())
        {
            if (peer.IpBlock is { } block && Range(block.Cidr, $"{path}[{i}].ipBlock.cidr") is { } range)
            {
                var except = block.Except.Select(one => Range(one, $"{path}[{i}].ipBlock.except")).OfType<IPNetwork>();
                yield return (new PolicyGrant { Block = range, Except = [.. except] }, []);
            }
        }
    }

    private IEnumerable<PolicyPod> Selected(NetworkPolicyPeer peer)
    {
        var isMeant = InNamespaces(peer);
        var query = peer.PodSelector is null ? LabelQuery.Everything : LabelQuery.Of(peer.PodSelector);
        return pods.Where(pod => isMeant(pod.Namespace) && query.Matches(pod.Labels));
    }

    private Func<string, bool> InNamespaces(NetworkPolicyPeer peer)
    {
        if (peer.NamespaceSelector is not { } selector)
        {
            return one => one == ns;
        }

        var query = LabelQuery.Of(selector);
        return one => objects.NamespaceLabels.TryGetValue(one, out var labels) && query.Matches(labels);
    }

    private IEnumerable<Port> PortsOf(ValueList<NetworkPolicyPort> ports, string path)
    {
        if (ports.IsEmpty)
        {
            yield return default;
            yield break;
        }

        foreach (var (i, port) in ports.Index())
        {
            if (reading.Protocol(port.Protocol, $"{path}[{i}].protocol") is not { } protocol)
            {
                continue;
            }

            switch (port.Port)
            {
                case null:
                    yield return new Port(protocol, null, null);
                    break;
                case { IsNumber: true, Number: var first } when reading.IsPort(first, $"{path}[{i}].port"):
                    yield return new Port(protocol, (first, Math.Max(first, Math.Min(port.EndPort ?? first, ushort.MaxValue))), null);
                    break;
                case { IsNumber: false, Text: var name }:
                    yield return new Port(protocol, null, name);
                    break;
            }
        }
    }

    private static PolicyGrant With(PolicyGrant peer, Port port) => peer with { Protocol = port.Protocol, Ports = port.Numbers };

    private static ImmutableArray<IPEndPoint> Named(IEnumerable<PolicyPod> receivers, Port port) =>
        [.. receivers.SelectMany(pod => pod.PortsOf(port.Name!, port.Protocol!.Value).Select(number => new IPEndPoint(pod.Address, number)))];

    // Ranges of the other family are for whoever serves that.
    private IPNetwork? Range(string text, string field) =>
        IPNetwork.TryParse(text, out var range) && !place.Family.Has(range.BaseAddress) ? null
        : field.Length == 0 ? new FieldReader(default, new(place.Family, HasOther: true)).Range(text, field)
        : reading.Range(text, field);

    /// <param name="Name">Of a port that is given by name; null for one that is not.</param>
    private readonly record struct Port(TransportProtocol? Protocol, (int First, int Last)? Numbers, string? Name);
}
