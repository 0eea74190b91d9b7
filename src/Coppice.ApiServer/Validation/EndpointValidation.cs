using System.Net;
using System.Net.Sockets;
using Coppice.ApiServer.Errors;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Validation;

/// <summary>The addresses behind services, in both their forms.</summary>
internal static class EndpointValidation
{
    private const int EndpointsLimit = 1000;

    private const int AddressesLimit = 100;

    private const int PortsLimit = 20000;

    private const int HintsLimit = 8;

    private const string Ipv4 = "IPv4";

    private const string Ipv6 = "IPv6";

    private const string Fqdn = "FQDN";

    public static Findings<FieldError> Subset(FieldPath path, EndpointSubset subset) =>
    [
        .. FieldRules.If(
            subset.Addresses.IsEmpty && subset.NotReadyAddresses.IsEmpty,
            () => FieldError.Required(path, "must specify `addresses` or `notReadyAddresses`")),
        .. FieldRules.Each(path.Child("addresses"), subset.Addresses, Address),
        .. FieldRules.Each(path.Child("notReadyAddresses"), subset.NotReadyAddresses, Address),
        .. FieldRules.Each(path.Child("ports"), subset.Ports, (at, port) => Port(at, port, subset.Ports.Count > 1)),
    ];

    public static Findings<FieldError> Slice(Objects.Discovery.EndpointSlice slice)
    {
        var endpoints = FieldPath.Of("endpoints");
        var ports = FieldPath.Of("ports");
        return
        [
            .. FieldRules.OneOf(FieldPath.Of("addressType"), slice.AddressType, Fqdn, Ipv4, Ipv6),
            .. FieldRules.If(slice.Endpoints.Count > EndpointsLimit, () => FieldError.TooMany(endpoints, slice.Endpoints.Count, EndpointsLimit)),
            .. FieldRules.Each(endpoints, slice.Endpoints, (at, endpoint) => Endpoint(at, endpoint, slice.AddressType)),
            .. FieldRules.If(slice.Ports.Count > PortsLimit, () => FieldError.TooMany(ports, slice.Ports.Count, PortsLimit)),
            .. FieldRules.Each(ports, slice.Ports, Port),
            .. FieldRules.Repeated(slice.Ports, p => p.Name).Select(r => FieldError.Duplicate(ports.Index(r.Index).Child("name"), r.Key ?? "")),
        ];
    }

    private static Findings<FieldError> Address(FieldPath path, EndpointAddress address) =>
    [
        .. Reachable(path.Child("ip"), address.Ip),
        .. address.Hostname is { } name ? FieldRules.Named(path.Child("hostname"), name, Names.Label) : [],
        .. address.NodeName is { } node ? FieldRules.Named(path.Child("nodeName"), node, Names.Subdomain) : [],
    ];

    /// <summary>An address that a packet from another machine could be meant for.</summary>
    public static Findings<FieldError> Reachable(FieldPath path, string value)
    {
        if (!FieldRules.IsAddress(value, null, out var ip))
        {
            return FieldRules.Address(path, value);
        }

        ip = ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4() : ip;
        Span<byte> bytes = stackalloc byte[16];
        ip.TryWriteBytes(bytes, out var length);
        bytes = bytes[..length];
        var v4 = ip.AddressFamily == AddressFamily.InterNetwork;
        var errors = Findings<FieldError>.None;
        if (!bytes.ContainsAnyExcept((byte)0))
        {
            errors.Add(FieldError.Invalid(path, value, $"may not be unspecified ({value})"));
        }

        if (IPAddress.IsLoopback(ip))
        {
            errors.Add(FieldError.Invalid(path, value, "may not be in the loopback range (127.0.0.0/8, ::1/128)"));
        }

        if (v4 ? bytes is [169, 254, ..] : ip.IsIPv6LinkLocal)
        {
            errors.Add(FieldError.Invalid(path, value, "may not be in the link-local range (169.254.0.0/16, fe80::/10)"));
        }

        if (v4 ? bytes is [224, 0, 0, _] : bytes is [0xFF, 0x02, ..])
        {
            errors.Add(FieldError.Invalid(path, value, "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)"));
        }

        return errors;
    }

    private static Findings<FieldError> Port(FieldPath path, EndpointPort port, bool named) =>
    [
        .. port.Name is { } name
            ? FieldRules.Named(path.Child("name"), name, Names.Label)
            : FieldRules.If(named, () => FieldError.Required(path.Child("name"))),
        .. FieldRules.Port(path.Child("port"), port.Port),
        .. FieldRules.OneOf(path.Child("protocol"), port.Protocol, Protocol.SCTP, Protocol.TCP, Protocol.UDP),
    ];

    private static Findings<FieldError> Endpoint(FieldPath path, Objects.Discovery.Endpoint endpoint, string type)
    {
        var addresses = path.Child("addresses");
        return
        [
            .. FieldRules.If(endpoint.Addresses.IsEmpty, () => FieldError.Required(addresses, "must contain at least 1 address")),
            .. FieldRules.If(
                endpoint.Addresses.Count > AddressesLimit, () => FieldError.TooMany(addresses, endpoint.Addresses.Count, AddressesLimit)),
            .. FieldRules.Each(addresses, endpoint.Addresses, (at, value) => OfType(at, value, type)),
            .. endpoint.Hostname is { } name ? FieldRules.Named(path.Child("hostname"), name, Names.Label) : [],
            .. endpoint.NodeName is { } node ? FieldRules.Named(path.Child("nodeName"), node, Names.Subdomain) : [],
            .. endpoint.Hints is { } hints ? Hints(path.Child("hints", "forZones"), hints.ForZones, zone => zone.Name, Names.LabelValue) : [],
            .. endpoint.Hints is { } near ? Hints(path.Child("hints", "forNodes"), near.ForNodes, node => node.Name, Names.Subdomain) : [],
        ];
    }

    private static Findings<FieldError> Hints<T>(FieldPath path, ValueList<T> hints, Func<T, string> name, Func<string, Findings<string>> rule) =>
        hints.Count > HintsLimit
            ? [FieldError.TooMany(path, hints.Count, HintsLimit)]
            :
            [
                .. FieldRules.Repeated(hints, name).Select(r => FieldError.Duplicate(path.Index(r.Index).Child("name"), r.Key)),
                .. FieldRules.Each(path, hints, (at, hint) => FieldRules.Named(at.Child("name"), name(hint), rule)),
            ];

    private static Findings<FieldError> OfType(FieldPath path, string value, string type) => type switch
    {
        Ipv4 => FieldRules.IsAddress(value, AddressFamily.InterNetwork)
            ? Reachable(path, value)
            : [FieldError.Invalid(path, value, "must be a valid IPv4 address")],
        Ipv6 => FieldRules.IsAddress(value, AddressFamily.InterNetworkV6)
            ? Reachable(path, value)
            : [FieldError.Invalid(path, value, "must be a valid IPv6 address")],
        Fqdn => FieldRules.Named(path, value, Names.Subdomain),
        _ => [],
    };

    private static Findings<FieldError> Port(FieldPath path, Objects.Discovery.EndpointPort port) =>
    [
        .. string.IsNullOrEmpty(port.Name) ? [] : FieldRules.Named(path.Child("name"), port.Name, Names.Label),
        .. FieldRules.OneOf(path.Child("protocol"), port.Protocol, Protocol.SCTP, Protocol.TCP, Protocol.UDP),
        .. port.Port is { } number ? FieldRules.Port(path.Child("port"), number) : [],
        .. string.IsNullOrEmpty(port.AppProtocol) ? [] : FieldRules.Named(path.Child("appProtocol"), port.AppProtocol, Names.Qualified),
    ];
}
