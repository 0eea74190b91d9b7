using System.Collections.Immutable;
using System.Net;
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

    /// <summary>More changes at once than this are not taken in one after another.</summary>
    private const int Few = 100;

    private readonly TranslatedServices _services = new(options.Families.Count);
    private readonly FamilyView[] _views = [.. options.Families.Select(family => new FamilyView(options, family))];
    private NodePlace _place = new(options.NodeName, null);

    // Null while it is not known that all services were translated.
    private DnsZone? _zone;

    public NetworkTranslation Translate(NetworkObjects objects)
    {
        var place = new NodePlace(options.NodeName, objects.Zone);
        if (place != _place)
        {
            _place = place;
            _services.Clear();
            _zone = null;
        }

        foreach (var view in _views)
        {
            view.Take(objects);
        }

        var before = _zone;
        _zone = null;
        var changed = before is not null && objects.Changed is { } known ? known : All(objects);
        if (changed.Count > Few)
        {
            _services.ManyChange();
        }

        var changes = changed.Select(one => Change(one.Key, one.Value)).ToList();
        IReadOnlyList<IPNetwork> reverse = [.. _views.SelectMany(view => view.Node.ServiceRanges), .. options.Ranges.AllPods];
        var zone = before?.With(objects.Namespaces, changes, reverse)
            ?? new DnsZone(options.ClusterDomain, objects.Namespaces, [.. _services.Names], reverse);
        var states = _views.Select((view, i) => StateOf(view, i, objects)).ToList();
        _zone = zone;
        return new NetworkTranslation(states[0], zone) { Other = states.ElementAtOrDefault(1) };
    }

    private NetworkState StateOf(FamilyView view, int number, NetworkObjects objects)
    {
        var warnings = new List<RuleWarning>(_services.WarningsOf(number));
        ImmutableArray<HostPortInfo> hostPorts = [.. HostPortTranslation.Translate(objects.Pods, options.NodeName, view.Families, warnings)];
        var policies = PolicyTranslation.Translate(objects, options.NodeName, view.Families, view.Node.DnsAddress, warnings);
        return new NetworkState(view.Node, _services.PortsOf(number), hostPorts)
        {
            OtherNodes = view.Others,
            Policies = policies,
            // A balancer asks once, by either family.
            HealthPorts = number > 0 ? [] : [.. _services.HealthPorts],
            Warnings = [.. warnings],
        };
    }

    /// <summary>All services that there are, and those that were.</summary>
    private IReadOnlyDictionary<ObjectKey, ServiceWorld> All(NetworkObjects objects)
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
        var old = _services.Find(key);
        var made = now.Service is { } service ? Translate(old, service, [.. now.Slices.OrderBy(slice => slice.Metadata.Name, StringComparer.Ordinal)]) : null;
        _services.Replace(key, old, made);
        return (old?.Names, made?.Names);
    }

    private TranslatedService Translate(TranslatedService? last, Service service, EndpointSlice[] slices)
    {
        if (last is not null && ReferenceEquals(last.Service, service) && Same(last.Slices, slices))
        {
            return last;
        }

        var leading = Leading(service, slices);
        var rules = _views.Select((view, i) =>
        {
            var warnings = new List<RuleWarning>();
            return new FamilyRules(ServiceTranslation.Translate(service, leading, new(_place, view.Families), last?.Rules[i].Ports ?? [], warnings), warnings);
        });
        return new TranslatedService(service, slices, [.. rules], DnsTranslation.Translate(service, slices))
        {
            HealthPort = HealthPortTranslation.Translate(service, slices, options.NodeName),
        };
    }

    /// <summary>Each node answers its pods' questions itself: names are to be had while other nodes are away.</summary>
    private IReadOnlyList<EndpointSlice> Leading(Service service, EndpointSlice[] slices) =>
        options.OwnDns.IsEmpty || service.Spec.ClusterIP != options.Ranges.DnsAddress.ToString() ? slices
        : [
            .. options.OwnDns.Select(own => new EndpointSlice
            {
                Metadata = service.Metadata,
                AddressType = NftFamily.V6.Has(own.Address) ? IPFamily.IPv6 : IPFamily.IPv4,
                Endpoints = [new Endpoint { Addresses = [own.Address.ToString()], NodeName = options.NodeName }],
                Ports = service.Spec.Ports.Select(port => new Objects.Discovery.EndpointPort { Name = port.Name, Protocol = port.Protocol, Port = own.Port }).ToValueList(),
            }),
        ];

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
}

/// <summary>What rules and names follow from.</summary>
/// <param name="State">Of the family that pods are known by.</param>
public sealed record NetworkTranslation(NetworkState State, DnsZone Zone)
{
    /// <summary>Of the other family; null where there is one alone.</summary>
    public NetworkState? Other { get; init; }

    public IEnumerable<NetworkState> States => Other is null ? [State] : [State, Other];
}
