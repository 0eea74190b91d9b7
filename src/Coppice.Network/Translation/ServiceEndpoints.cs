using System.Collections.Immutable;
using System.Net;
using System.Runtime.CompilerServices;
using Coppice.Network.Nftables;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Discovery;

namespace Coppice.Network.Translation;

/// <summary>The endpoints in a service's slices, as rules can lead to them.</summary>
internal sealed class ServiceEndpoints
{
    // What slices say, of which a change of a service leaves most as they were. It only remembers a pure function's results.
    private static readonly ConditionalWeakTable<EndpointSlice, Slice> Remembered = [];

    private readonly List<Slice> _slices = [];
    private readonly NodePlace _place;

    private ServiceEndpoints(NodePlace place) => _place = place;

    public List<RuleWarning> Warnings { get; } = [];

    /// <param name="place">Where they are used from.</param>
    public static ServiceEndpoints Of(IReadOnlyList<EndpointSlice> slices, NodePlace place, RuleFamilies families)
    {
        var all = new ServiceEndpoints(place);
        // Those of the other family are for whoever serves that.
        foreach (var slice in slices.Where(slice => (slice.AddressType is null or "" ? IPFamily.IPv4 : slice.AddressType) == (families.Own == NftFamily.V6 ? IPFamily.IPv6 : IPFamily.IPv4)))
        {
            if (!Remembered.TryGetValue(slice, out var read) || read.Place != place || read.Families != families)
            {
                Remembered.AddOrUpdate(slice, read = Read(slice, place, families));
            }

            all._slices.Add(read);
            all.Warnings.AddRange(read.Warnings);
        }

        return all;
    }

    /// <summary>Those behind a service's port: the slice's port that it stands for has its name; target ports are already resolved in it.</summary>
    public ImmutableArray<EndpointInfo> Behind(string? name, TransportProtocol protocol)
    {
        var found = new Dictionary<(IPAddress, int), Hinted>();
        foreach (var slice in _slices)
        {
            if (slice.Ports.Where(port => port.Name == (name ?? "") && port.Protocol == protocol).Select(port => (int?)port.Number).FirstOrDefault() is not { } target)
            {
                continue;
            }

            foreach (var endpoint in slice.Endpoints)
            {
                found.TryAdd((endpoint.Info.Address, target), endpoint with { Info = endpoint.Info with { Port = target } });
            }
        }

        var isNear = Near([.. found.Values.Where(one => !one.Info.Terminating)]);
        return
        [
            .. found.Values
                .Select(one => isNear(one) ? one.Info : one.Info with { Far = true })
                .OrderBy(e => e.Address.ToString(), StringComparer.Ordinal).ThenBy(e => e.Port),
        ];
    }

    /// <summary>Hints count where all ready endpoints have them and one is for here: those for this node, else those for its zone.</summary>
    private Func<Hinted, bool> Near(List<Hinted> ready)
    {
        if (ready.Count > 0 && ready.TrueForAll(one => !one.Nodes.IsEmpty) && ready.Exists(IsForNode))
        {
            return IsForNode;
        }

        return ready.Count > 0 && ready.TrueForAll(one => !one.Zones.IsEmpty) && ready.Exists(IsForZone) ? IsForZone : _ => true;

        bool IsForNode(Hinted one) => one.Nodes.Any(node => node.Name == _place.Node);

        bool IsForZone(Hinted one) => one.Zones.Any(zone => zone.Name == _place.Zone);
    }

    private static Slice Read(EndpointSlice slice, NodePlace place, RuleFamilies families)
    {
        var reading = new FieldReader(new RuleOwner("EndpointSlice", slice.Metadata.Namespace ?? "", slice.Metadata.Name ?? ""), families);
        return new Slice(place, families, Ports(slice, reading), Endpoints(slice, place, reading), reading.Warnings);
    }

    private static List<(string Name, TransportProtocol Protocol, int Number)> Ports(EndpointSlice slice, FieldReader reading)
    {
        var ports = new List<(string, TransportProtocol, int)>();
        for (var i = 0; i < slice.Ports.Count; i++)
        {
            // A port without a number is left to whoever reads the slice: the rules can make nothing of it.
            if (slice.Ports[i] is { Port: { } number } port
                && reading.Protocol(port.Protocol, $"ports[{i}].protocol") is { } protocol && reading.IsPort(number, $"ports[{i}].port"))
            {
                ports.Add((port.Name ?? "", protocol, number));
            }
        }

        return ports;
    }

    private static List<Hinted> Endpoints(EndpointSlice slice, NodePlace place, FieldReader reading)
    {
        var endpoints = new List<Hinted>();
        for (var i = 0; i < slice.Endpoints.Count; i++)
        {
            // The addresses of one endpoint all mean the same one: the first will do.
            if (slice.Endpoints[i] is { } endpoint && Usable(endpoint.Conditions) is { } terminating
                && reading.Address(endpoint.Addresses.FirstOrDefault(), $"endpoints[{i}].addresses") is { } address)
            {
                var info = new EndpointInfo(address, 0, endpoint.NodeName == place.Node, terminating);
                endpoints.Add(new Hinted(info, endpoint.Hints?.ForNodes ?? default, endpoint.Hints?.ForZones ?? default));
            }
        }

        return endpoints;
    }

    /// <summary>Null: not to be used. Else whether it is one that ends but still serves. What is not said counts as ready.</summary>
    private static bool? Usable(EndpointConditions conditions)
    {
        if (conditions.Ready ?? true)
        {
            return false;
        }

        return (conditions.Serving ?? false) && (conditions.Terminating ?? false) ? true : null;
    }

    private sealed record Slice(
        NodePlace Place,
        RuleFamilies Families,
        List<(string Name, TransportProtocol Protocol, int Number)> Ports,
        List<Hinted> Endpoints,
        List<RuleWarning> Warnings);

    private sealed record Hinted(EndpointInfo Info, ValueList<ForNode> Nodes, ValueList<ForZone> Zones);
}

/// <summary>Where a node is.</summary>
/// <param name="Zone">Null if that is not said.</param>
internal readonly record struct NodePlace(string Node, string? Zone);
