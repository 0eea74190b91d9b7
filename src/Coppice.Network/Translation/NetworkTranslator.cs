using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Coppice.Network.Dns;
using Coppice.Network.Nftables;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Discovery;
using Coppice.Objects.Networking;

namespace Coppice.Network.Translation;

/// <summary>
/// From API objects to rules and names. Objects are immutable, so a service whose object and slices are the same ones as last time
/// is not translated again: a change costs what it touches. One caller at a time.
/// </summary>
public sealed class NetworkTranslator(NetworkOptions options)
{
    private const string ServiceNameLabel = "kubernetes.io/service-name";

    // Of a range with one address.
    private const int SingleLength = 32;

    private readonly SortedDictionary<ObjectKey, Translated> _services = [];
    private NodeNetwork _node = options.NodeNetwork;
    private OtherNodes _others = OtherNodes.None;
    private NodePlace _place = new(options.NodeName, null);

    // Null while it is not known that all services were translated.
    private DnsZone? _zone;

    public (NetworkState State, DnsZone Zone) Translate(NetworkObjects objects)
    {
        var place = new NodePlace(options.NodeName, objects.Zone);
        if (place != _place)
        {
            _place = place;
            _services.Clear();
            _zone = null;
        }

        Take(objects.ServiceRanges, objects.OtherNodes);
        var before = _zone;
        _zone = null;
        var changes = before is not null && objects.Changed is { } changed
            ? changed.Select(one => Change(one.Key, one.Value)).ToList()
            : All(objects).Select(one => Change(one.Key, one.Value)).ToList();
        IReadOnlyList<IPNetwork> reverse = [.. _node.ServiceRanges, options.Ranges.Pods];
        var zone = before?.With(objects.Namespaces, changes, reverse)
            ?? new DnsZone(options.ClusterDomain, objects.Namespaces, [.. _services.Values.Select(one => one.Names)], reverse);

        var rules = ImmutableArray.CreateBuilder<ServicePortInfo>(_services.Count);
        var warnings = new List<RuleWarning>();
        foreach (var service in _services.Values)
        {
            rules.AddRange(service.Rules);
            warnings.AddRange(service.Warnings);
        }

        ImmutableArray<HostPortInfo> hostPorts = [.. HostPortTranslation.Translate(objects.Pods, options.NodeName, warnings)];
        var policies = PolicyTranslation.Translate(objects, options.NodeName, options.Ranges.DnsAddress, warnings);
        _zone = zone;
        return (new NetworkState(_node, rules.ToImmutable(), hostPorts)
        {
            OtherNodes = _others,
            Policies = policies,
            HealthPorts = [.. _services.Values.Select(one => one.HealthPort).OfType<HealthPortInfo>()],
            Warnings = [.. warnings],
        }, zone);
    }

    /// <summary>All services that there are, and those that were.</summary>
    private Dictionary<ObjectKey, ServiceWorld> All(NetworkObjects objects)
    {
        var slices = objects.EndpointSlices.Where(slice => ServiceOf(slice) is not null).ToLookup(slice => ServiceOf(slice)!.Value);
        var all = _services.Keys.ToDictionary(key => key, _ => new ServiceWorld(null, []));
        foreach (var service in objects.Services)
        {
            var key = ObjectKey.Of(service);
            all[key] = new ServiceWorld(service, [.. slices[key]]);
        }

        return all;
    }

    /// <summary>The service that a slice is of; null if it is of none.</summary>
    internal static ObjectKey? ServiceOf(EndpointSlice slice) =>
        slice.Metadata.Labels.Find(ServiceNameLabel) is { } name ? new ObjectKey(slice.Metadata.Namespace ?? "", name) : null;

    private (DnsService? Old, DnsService? New) Change(ObjectKey key, ServiceWorld now)
    {
        var old = _services.GetValueOrDefault(key);
        if (now.Service is null)
        {
            _services.Remove(key);
            return (old?.Names, null);
        }

        var made = Translate(old, now.Service, [.. now.Slices.OrderBy(slice => slice.Metadata.Name, StringComparer.Ordinal)]);
        _services[key] = made;
        return (old?.Names, made.Names);
    }

    /// <summary>The ranges with those of the other family left out, and nothing new if they are as they were.</summary>
    private void Take(IEnumerable<ServiceCIDR> others, IReadOnlyList<IPNetwork> nodes)
    {
        ImmutableArray<IPNetwork> ranges =
        [
            options.Ranges.Services,
            .. others.SelectMany(one => one.Spec.Cidrs)
                .Select(text => IPNetwork.TryParse(text, out var range) ? range : (IPNetwork?)null)
                .OfType<IPNetwork>()
                .Where(range => range.BaseAddress.AddressFamily == AddressFamily.InterNetwork && range != options.Ranges.Services),
        ];
        if (!ranges.SequenceEqual(_node.ServiceRanges))
        {
            _node = _node with { ServiceRanges = ranges };
        }

        // Machines may be behind one address; and one whose address is of the pods' range should not be, but what the kernel does not take,
        // because it is there already, would keep it from taking all else.
        ImmutableArray<IPNetwork> members = [.. nodes.Where(one => one.PrefixLength < SingleLength || !options.Ranges.Pods.Contains(one.BaseAddress)).Distinct()];
        if (!members.SequenceEqual(_others.Ranges))
        {
            _others = new OtherNodes(members);
        }
    }

    private Translated Translate(Translated? last, Service service, EndpointSlice[] slices)
    {
        if (last is not null && ReferenceEquals(last.Service, service) && Same(last.Slices, slices))
        {
            return last;
        }

        var warnings = new List<RuleWarning>();
        var rules = ServiceTranslation.Translate(service, Leading(service, slices), _place, last?.Rules ?? [], warnings);
        return new Translated(service, slices, rules, DnsTranslation.Translate(service, slices), warnings)
        {
            HealthPort = HealthPortTranslation.Translate(service, slices, options.NodeName),
        };
    }

    /// <summary>Each node answers its pods' questions itself: names are to be had while other nodes are away.</summary>
    private IReadOnlyList<EndpointSlice> Leading(Service service, EndpointSlice[] slices) =>
        options.OwnDns is { } own && service.Spec.ClusterIP == options.Ranges.DnsAddress.ToString()
            ? [
                new EndpointSlice
                {
                    Metadata = service.Metadata,
                    AddressType = "IPv4",
                    Endpoints = [new Endpoint { Addresses = [own.Address.ToString()], NodeName = options.NodeName }],
                    Ports = service.Spec.Ports.Select(port => new Objects.Discovery.EndpointPort { Name = port.Name, Protocol = port.Protocol, Port = own.Port }).ToValueList(),
                },
            ]
            : slices;

    private static bool Same(EndpointSlice[] a, EndpointSlice[] b)
    {
        if (a.Length != b.Length)
        {
            return false;
        }

        for (var i = 0; i < a.Length; i++)
        {
            if (!ReferenceEquals(a[i], b[i]))
            {
                return false;
            }
        }

        return true;
    }

    private sealed record Translated(Service Service, EndpointSlice[] Slices, ImmutableArray<ServicePortInfo> Rules, DnsService Names, List<RuleWarning> Warnings)
    {
        /// <summary>Null for none.</summary>
        public HealthPortInfo? HealthPort { get; init; }
    }
}
