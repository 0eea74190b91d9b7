using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Coppice.Network.Nftables;

/// <summary>The names of our chains, sets and maps; made so that <c>nft list table</c> can be read by a person.</summary>
internal static class RuleNames
{
    public const string Services = "services";
    public const string Refuse = "refuse";
    public const string WithoutEndpoints = "without-endpoints";
    public const string PodBound = "pod-bound";
    public const string Leak = "leak";

    public const string Addresses = "addresses";
    public const string Ports = "ports";
    public const string RefusedAddresses = "refused-addresses";
    public const string RefusedPorts = "refused-ports";
    public const string Hairpin = "hairpin";
    public const string OtherNodes = "other-nodes";
    public const string Tunnels = "tunnels";

    /// <summary>The mark (one bit, the one kube-proxy uses too) of packets that leave with the node's address as their source.</summary>
    public const string SetMasqueradeMark = "meta mark set meta mark | 0x00004000";

    private const string EndpointsPrefix = "endpoints/";

    // The kernel takes 127 characters for a chain; a prefix and an endpoint's address still have to fit.
    private const int LongestService = 64;

    /// <summary>
    /// The map of the endpoints of services of a protocol. Each has one of its own: of a map for all of them nft (1.0.6) takes no rule of one
    /// that comes later than the map.
    /// </summary>
    public static string EndpointsOf(TransportProtocol protocol) => EndpointsPrefix + Of(protocol);

    public static bool IsEndpoints(string set) => set.StartsWith(EndpointsPrefix, StringComparison.Ordinal);

    public static string Of(TransportProtocol protocol) => protocol switch
    {
        TransportProtocol.Tcp => "tcp",
        TransportProtocol.Udp => "udp",
        _ => "sctp",
    };

    /// <summary>An address as a part of a name, which takes no colons.</summary>
    public static string Of(System.Net.IPAddress address) => address.ToString().Replace(':', '.');

    /// <summary>namespace/name/protocol/port, cut and made unique by a hash if it is too long for the kernel.</summary>
    public static string Of(ServicePortInfo service) =>
        Fit(service.Namespace, service.Name, Of(service.Protocol), service.PortName);

    public static string Of(HostPortInfo port) =>
        Fit(port.Namespace, port.Pod, Of(port.Protocol), string.Create(CultureInfo.InvariantCulture, $"{(port.HostAddress is { } address ? Of(address) : "any")}-{port.HostPort}"));

    public static string Of(PolicyInfo policy) => Fit(policy.Namespace, policy.Name);

    /// <summary>Of several policies of one namespace together.</summary>
    public static string Of(string ns, IEnumerable<string> policies) => Fit([ns, .. policies]);

    /// <summary>Names come from checked API objects; this makes sure that no other text can ever become part of a command.</summary>
    private static string Fit(params ReadOnlySpan<string> parts)
    {
        foreach (var part in parts)
        {
            if (part.Length == 0 || !part.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.'))
            {
                throw new BadNameException(part);
            }
        }

        var name = string.Join('/', parts);
        if (name.Length <= LongestService)
        {
            return name;
        }

        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 8));
        return $"{name.AsSpan(0, LongestService - 17)}-{hash}";
    }
}

/// <summary>The API let a name in that cannot be part of a rule.</summary>
internal sealed class BadNameException(string name)
    : Exception($"'{name[..Math.Min(name.Length, LengthShown)]}' cannot be part of a rule: only letters, digits, '-' and '.' are allowed")
{
    private const int LengthShown = 64;
}
