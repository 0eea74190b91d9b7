using System.Collections.Immutable;
using System.Net;

namespace Coppice.Network.Dns;

/// <summary>
/// The cluster's names at one moment: an immutable snapshot, swapped whole when a service or an endpoint changes. Names and
/// addresses are indexed when it is made.
/// </summary>
public sealed class DnsZone
{
    public DnsZone(string domain, IEnumerable<string> namespaces, IReadOnlyList<DnsService> services, IReadOnlyList<IPNetwork> reverseRanges)
    {
        Domain = domain.Trim('.').ToLowerInvariant();
        ReverseRanges = reverseRanges;
        Namespaces = namespaces.Concat(services.Select(s => s.Namespace)).ToHashSet();
        Services = services.ToDictionary(s => (s.Namespace, s.Name));
        ByAddress = Index(services);
    }

    public static DnsZone Empty(string domain) => new(domain, [], [], []);

    /// <summary>The end of all cluster names, in lower case, without dots around it.</summary>
    public string Domain { get; }

    /// <summary>Ranges whose reverse names are ours alone: what is not known there does not exist, and is asked of nobody else.</summary>
    public IReadOnlyList<IPNetwork> ReverseRanges { get; }

    public IReadOnlySet<string> Namespaces { get; }

    public IReadOnlyDictionary<(string Namespace, string Name), DnsService> Services { get; }

    /// <summary>The full name each address stands for: cluster addresses, and endpoints with a host name.</summary>
    public IReadOnlyDictionary<IPAddress, ImmutableArray<string>> ByAddress { get; }

    private IReadOnlyDictionary<IPAddress, ImmutableArray<string>> Index(IReadOnlyList<DnsService> services)
    {
        var names = new Dictionary<IPAddress, List<string>>();
        foreach (var service in services)
        {
            var name = $"{service.Name}.{service.Namespace}.svc.{Domain}";
            foreach (var address in service.ClusterAddresses)
            {
                Add(address, name);
            }

            foreach (var endpoint in service.Endpoints)
            {
                if (endpoint.Hostname is { } host)
                {
                    Add(endpoint.Address, $"{host}.{name}");
                }
            }
        }

        return names.ToDictionary(entry => entry.Key, entry => entry.Value.Distinct().ToImmutableArray());

        void Add(IPAddress address, string name)
        {
            if (!names.TryGetValue(address, out var list))
            {
                names[address] = list = [];
            }

            list.Add(name);
        }
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
