using Coppice.ApiServer.Errors;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Networking;
using IPAddress = System.Net.IPAddress;
using IPNetwork = System.Net.IPNetwork;

namespace Coppice.ApiServer.Validation;

/// <summary>Network policies.</summary>
internal static class NetworkPolicyValidation
{
    private static readonly FieldPath SpecPath = FieldPath.Of("spec");

    /// <param name="old">What it replaces, whose ranges may stay as they are; null for nothing.</param>
    public static Findings<FieldError> Spec(NetworkPolicySpec spec, NetworkPolicySpec? old = null)
    {
        IReadOnlyCollection<string> kept = old is null ? [] : [.. Ranges(old).Select(one => one.Range)];
        return Spec(spec, (at, peer) => Peer(at, peer, kept));
    }

    private static Findings<FieldError> Spec(NetworkPolicySpec spec, Func<FieldPath, NetworkPolicyPeer, Findings<FieldError>> peer) =>
    [
        .. LabelValidation.Selector(SpecPath.Child("podSelector"), spec.PodSelector),
        .. FieldRules.Each(SpecPath.Child("ingress"), spec.Ingress, (at, rule) =>
        [
            .. FieldRules.Each(at.Child("ports"), rule.Ports, Port),
            .. FieldRules.Each(at.Child("from"), rule.From, peer),
        ]),
        .. FieldRules.Each(SpecPath.Child("egress"), spec.Egress, (at, rule) =>
        [
            .. FieldRules.Each(at.Child("ports"), rule.Ports, Port),
            .. FieldRules.Each(at.Child("to"), rule.To, peer),
        ]),
        .. Types(SpecPath.Child("policyTypes"), spec.PolicyTypes),
    ];

    /// <summary>Ranges that could be meant in two ways, as policies of earlier servers have them.</summary>
    public static IEnumerable<string> Warnings(NetworkPolicySpec spec) => Ranges(spec).Select(one => Ambiguous(one.At, one.Range)).OfType<string>();

    private static IEnumerable<(FieldPath At, string Range)> Ranges(NetworkPolicySpec spec) =>
    [
        .. Ranges(SpecPath.Child("ingress"), spec.Ingress, "from", rule => rule.From),
        .. Ranges(SpecPath.Child("egress"), spec.Egress, "to", rule => rule.To),
    ];

    private static IEnumerable<(FieldPath At, string Range)> Ranges<T>(FieldPath path, ValueList<T> rules, string field, Func<T, ValueList<NetworkPolicyPeer>> peersOf)
    {
        for (var i = 0; i < rules.Count; i++)
        {
            var peers = peersOf(rules[i]);
            for (var j = 0; j < peers.Count; j++)
            {
                if (peers[j].IpBlock is not { } block)
                {
                    continue;
                }

                var at = path.Index(i).Child(field).Index(j).Child("ipBlock");
                foreach (var one in block.Except.Select((range, k) => (at.Child("except").Index(k), range)).Prepend((at.Child("cidr"), block.Cidr)))
                {
                    yield return one;
                }
            }
        }
    }

    private static string? Ambiguous(FieldPath path, string range)
    {
        if (FieldRules.Range(path, range).Count > 0)
        {
            return null;
        }

        var (address, length) = Split(range);
        var network = new IPNetwork(address, length);
        return network.BaseAddress.Equals(address)
            ? null
            : $"{path}: CIDR value {QuotedText.Of(range)} is ambiguous in this context (should be {QuotedText.Of(network.ToString())} or {QuotedText.Of($"{address}/{address.GetAddressBytes().Length * 8}")}?)";
    }

    private static Findings<FieldError> Port(FieldPath path, NetworkPolicyPort port) =>
    [
        .. FieldRules.If(
            port.Protocol is not (null or Protocol.TCP or Protocol.UDP or Protocol.SCTP),
            () => FieldError.NotSupported(path.Child("protocol"), port.Protocol, Protocol.TCP, Protocol.UDP, Protocol.SCTP)),
        .. Numbers(path.Child("port"), path.Child("endPort"), port),
    ];

    private static Findings<FieldError> Numbers(FieldPath path, FieldPath endPath, NetworkPolicyPort port) => port switch
    {
        { Port: null, EndPort: { } end } => [FieldError.Invalid(endPath, end, "may not be specified when `port` is not specified")],
        { Port: { IsNumber: false } name, EndPort: { } end } =>
        [
            FieldError.Invalid(endPath, end, "may not be specified when `port` is non-numeric"),
            .. FieldRules.PortOrName(path, name),
        ],
        { Port: { } first, EndPort: { } end } =>
        [
            .. FieldRules.PortOrName(path, first),
            .. FieldRules.If(end < first.Number, () => FieldError.Invalid(endPath, end, "must be greater than or equal to `port`")),
            .. FieldRules.Port(endPath, end),
        ],
        { Port: { } only } => FieldRules.PortOrName(path, only),
        _ => [],
    };

    private static Findings<FieldError> Peer(FieldPath path, NetworkPolicyPeer peer, IReadOnlyCollection<string> kept) =>
    [
        .. LabelValidation.Selector(path.Child("podSelector"), peer.PodSelector),
        .. LabelValidation.Selector(path.Child("namespaceSelector"), peer.NamespaceSelector),
        .. peer.IpBlock is { } block ? Block(path.Child("ipBlock"), block, kept) : [],
        .. peer switch
        {
            { PodSelector: null, NamespaceSelector: null, IpBlock: null } => [FieldError.Required(path, "must specify a peer")],
            { IpBlock: not null, PodSelector: not null } or { IpBlock: not null, NamespaceSelector: not null } =>
                [FieldError.Forbidden(path, "may not specify both ipBlock and another peer")],
            _ => Findings<FieldError>.None,
        },
    ];

    private static Findings<FieldError> Block(FieldPath path, IPBlock block, IReadOnlyCollection<string> kept)
    {
        if (block.Cidr.Length == 0)
        {
            return [FieldError.Required(path.Child("cidr"))];
        }

        var errors = AddressValidation.StrictRange(path.Child("cidr"), block.Cidr, kept);
        return errors.Count > 0 ? errors : FieldRules.Each(path.Child("except"), block.Except, (at, less) => Within(at, less, block.Cidr, kept));
    }

    private static Findings<FieldError> Within(FieldPath path, string less, string range, IReadOnlyCollection<string> kept)
    {
        var errors = AddressValidation.StrictRange(path, less, kept);
        if (errors.Count > 0)
        {
            return errors;
        }

        var (address, length) = Split(range);
        var (lessAddress, lessLength) = Split(less);
        return FieldRules.If(
            !new IPNetwork(address, length).Contains(lessAddress) || length >= lessLength,
            () => FieldError.Invalid(path, less, "must be a strict subset of `cidr`"));
    }

    private static Findings<FieldError> Types(FieldPath path, ValueList<string> types) => types.Count > 2
        ? [FieldError.Invalid(path, types, "may not specify more than two policyTypes")]
        : FieldRules.Each(path, types, (at, type) => FieldRules.If(
            type is not (PolicyType.Ingress or PolicyType.Egress), () => FieldError.NotSupported(at, type, PolicyType.Ingress, PolicyType.Egress)));

    /// <summary>Of a range that was looked at before.</summary>
    private static (IPAddress Address, int Length) Split(string range)
    {
        var slash = range.IndexOf('/');
        return (IPAddress.Parse(range[..slash]), int.Parse(range[(slash + 1)..], System.Globalization.CultureInfo.InvariantCulture));
    }
}
