using System.Collections.Immutable;
using System.Net;

namespace Coppice.Network.Dns;

/// <summary>
/// The cluster's names at one moment: an immutable snapshot, swapped whole when a service or an endpoint changes. Names and addresses
/// are indexed when it is made; one that follows from another shares with it what is the same.
/// </summary>
public sealed class DnsZone
{
    private readonly ImmutableDictionary<(string Namespace, string Name), DnsService> _services;
    private readonly ImmutableDictionary<IPAddress, ImmutableArray<string>> _byAddress;

    public DnsZone(string domain, IEnumerable<string> namespaces, IReadOnlyList<DnsService> services, IReadOnlyList<IPNetwork> reverseRanges)
        : this(
            domain.Trim('.').ToLowerInvariant(),
            namespaces.Concat(services.Select(s => s.Namespace)),
            reverseRanges,
            ImmutableDictionary<(string, string), DnsService>.Empty,
            ImmutableDictionary<IPAddress, ImmutableArray<string>>.Empty,
            services.Select(service => ((DnsService?)null, (DnsService?)service)))
    {
    }

    private DnsZone(
        string domain,
        IEnumerable<string> namespaces,
        IReadOnlyList<IPNetwork> reverseRanges,
        ImmutableDictionary<(string, string), DnsService> before,
        ImmutableDictionary<IPAddress, ImmutableArray<string>> byAddress,
        IEnumerable<(DnsService? Old, DnsService? New)> changes)
    {
        (Domain, ReverseRanges, Namespaces) = (domain, reverseRanges, namespaces.ToHashSet());
        var (services, names) = (before.ToBuilder(), byAddress.ToBuilder());
        foreach (var (old, now) in changes)
        {
            foreach (var (address, name) in old is null ? [] : NamesOf(old))
            {
                var left = names.GetValueOrDefault(address, []).Remove(name);
                names[address] = left;
                if (left.IsEmpty)
                {
                    names.Remove(address);
                }
            }

            foreach (var (address, name) in now is null ? [] : NamesOf(now))
            {
                var known = names.GetValueOrDefault(address, []);
                names[address] = known.Contains(name) ? known : known.Add(name);
            }

            if (now is not null)
            {
                services[(now.Namespace, now.Name)] = now;
            }
            else if (old is not null)
            {
                services.Remove((old.Namespace, old.Name));
            }
        }

        (_services, _byAddress) = (services.ToImmutable(), names.ToImmutable());
    }

    public static DnsZone Empty(string domain) => new(domain, [], [], []);

    /// <summary>The end of all cluster names, in lower case, without dots around it.</summary>
    public string Domain { get; }

    /// <summary>Ranges whose reverse names are ours alone: what is not known there does not exist, and is asked of nobody else.</summary>
    public IReadOnlyList<IPNetwork> ReverseRanges { get; }

    public IReadOnlySet<string> Namespaces { get; }

    public IReadOnlyDictionary<(string Namespace, string Name), DnsService> Services => _services;

    /// <summary>The full name each address stands for: cluster addresses, and endpoints with a host name.</summary>
    public IReadOnlyDictionary<IPAddress, ImmutableArray<string>> ByAddress => _byAddress;

    /// <summary>The same with some services changed, at the cost of these.</summary>
    /// <param name="changes">Null before for one that is new, and after for one that is gone.</param>
    public DnsZone With(IEnumerable<string> namespaces, IReadOnlyList<(DnsService? Old, DnsService? New)> changes, IReadOnlyList<IPNetwork> reverseRanges) => new(
        Domain, namespaces.Concat(changes.Select(change => change.New?.Namespace).OfType<string>()), reverseRanges, _services, _byAddress, changes);

    private IEnumerable<(IPAddress Address, string Name)> NamesOf(DnsService service)
    {
        var name = $"{service.Name}.{service.Namespace}.svc.{Domain}";
        return service.ClusterAddresses.Select(address => (address, name))
            .Concat(service.Endpoints.Where(endpoint => endpoint.Hostname is not null).Select(endpoint => (endpoint.Address, $"{endpoint.Hostname}.{name}")));
    }
}

/// <summary>One service as DNS sees it.</summary>
/// <param name="ClusterAddresses">Empty for a headless service, whose name stands for its endpoints.</param>
/// <param name="ExternalName">The name this one stands for (type ExternalName), or null.</param>
/// <param name="Endpoints">Those that may be named: the ready ones, or all with <c>publishNotReadyAddresses</c>.</param>
public sealed record DnsService(
    string Namespace,
    string Name,
    ImmutableArray<IPAddress> ClusterAddresses,
    string? ExternalName,
    ImmutableArray<DnsPort> Ports,
    ImmutableArray<DnsEndpoint> Endpoints)
{
    public bool IsHeadless => ExternalName is null && ClusterAddresses.IsEmpty;
}

/// <param name="Name">Empty for the only port of a service, which then has no SRV record of its own.</param>
/// <param name="Protocol">In lower case: tcp, udp, sctp.</param>
public readonly record struct DnsPort(string Name, string Protocol, int Number);

/// <param name="Hostname">The pod's host name within its subdomain, or null; then the address with dashes names it.</param>
/// <param name="Ports">The ports as they are on the pod.</param>
public sealed record DnsEndpoint(IPAddress Address, string? Hostname, ImmutableArray<DnsPort> Ports)
{
    /// <summary>The first label of its name.</summary>
    public string Label => Hostname ?? Address.ToString().Replace('.', '-').Replace(':', '-');
}
