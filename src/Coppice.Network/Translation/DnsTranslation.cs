using System.Collections.Immutable;
using System.Net;
using System.Runtime.CompilerServices;
using Coppice.Network.Dns;
using Coppice.Objects.Core;
using Coppice.Objects.Discovery;

namespace Coppice.Network.Translation;

/// <summary>A service and its endpoint slices as names. Pure.</summary>
internal static class DnsTranslation
{
    // What slices say, of which a change of a service leaves most as they were. It only remembers a pure function's results.
    private static readonly ConditionalWeakTable<EndpointSlice, DnsEndpoint[]> Remembered = [];

    public static DnsService Translate(Service service, IReadOnlyList<EndpointSlice> slices)
    {
        var spec = service.Spec;
        var isAlias = spec.Type == ServiceType.ExternalName;
        IEnumerable<string?> cluster = isAlias ? [] : spec.ClusterIPs.IsEmpty ? new[] { spec.ClusterIP } : spec.ClusterIPs;
        return new DnsService(
            service.Metadata.Namespace ?? "",
            service.Metadata.Name ?? "",
            Addresses(cluster),
            isAlias ? spec.ExternalName ?? "" : null,
            [.. spec.Ports.Where(p => p is not null).Select(p => Port(p.Name, p.Protocol, p.Port))],
            // With publishNotReadyAddresses the slices themselves say that every endpoint is ready.
            [.. slices.SelectMany(slice => Remembered.GetValue(slice, Endpoints)).OrderBy(e => e.Address.ToString(), StringComparer.Ordinal)]);
    }

    private static DnsEndpoint[] Endpoints(EndpointSlice slice)
    {
        ImmutableArray<DnsPort> ports = [.. slice.Ports.Where(p => p?.Port is not null).Select(p => Port(p.Name, p.Protocol, p.Port!.Value))];
        return
        [
            .. slice.Endpoints
                .Where(e => e?.Conditions.Ready ?? e is not null)
                .SelectMany(e => Addresses(e.Addresses).Select(a => new DnsEndpoint(a, e.Hostname is { Length: > 0 } host ? host.ToLowerInvariant() : null, ports))),
        ];
    }

    private static DnsPort Port(string? name, string? protocol, int number) => new(name ?? "", (protocol ?? "TCP").ToLowerInvariant(), number);

    private static ImmutableArray<IPAddress> Addresses(IEnumerable<string?> texts) =>
        [.. texts.Select(t => IPAddress.TryParse(t, out var a) ? a : null).OfType<IPAddress>()];
}
