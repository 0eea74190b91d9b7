using System.Net;
using System.Net.Sockets;

namespace Coppice.Network.Dns;

/// <summary>
/// Answers questions about the cluster's names, as the Kubernetes DNS specification 1.1.0 says and as CoreDNS does where that
/// leaves it open. Pure: (zone, name, type) to answer.
/// <para>Names: <c>SVC.NS.svc.DOMAIN</c>, <c>HOST.SVC.NS.svc.DOMAIN</c>, <c>_PORT._PROTO.SVC.NS.svc.DOMAIN</c>,
/// <c>1-2-3-4.NS.pod.DOMAIN</c>, <c>dns-version.DOMAIN</c>, and the reverse names of cluster addresses.</para>
/// </summary>
public static class DnsAnswers
{
    /// <summary>The version of the specification, as <c>dns-version</c> gives it.</summary>
    public const string SpecificationVersion = "1.1.0";

    private const int LongestAliasChain = 8;
    private const int SrvWeightTotal = 100;

    public static DnsAnswer Answer(DnsZone zone, string name, DnsType type)
    {
        var records = new List<DnsRecord>();
        // An ExternalName may lead to another one of ours; a circle ends here.
        for (var i = 0; i < LongestAliasChain; i++)
        {
            var found = Find(zone, name, type);
            if (found is null)
            {
                return new DnsAnswer(DnsCode.Ok, records, [], [], Forward: name);
            }

            if (!found.Exists)
            {
                return new DnsAnswer(DnsCode.NameError, records, [new SoaRecord(Apex(zone, name))], []);
            }

            records.AddRange(found.Records);
            if (found.Alias is null || type == DnsType.Cname)
            {
                IReadOnlyList<DnsRecord> authority = records.Count == 0 ? [new SoaRecord(Apex(zone, name))] : [];
                return new DnsAnswer(DnsCode.Ok, records, authority, found.Additional);
            }

            name = found.Alias;
        }

        return DnsAnswer.Of(DnsCode.ServerFailure);
    }

    private static Found? Find(DnsZone zone, string name, DnsType type)
    {
        if (name == zone.Domain)
        {
            return AtApex(zone, type);
        }

        if (!name.EndsWith("." + zone.Domain, StringComparison.Ordinal))
        {
            return Reverse(zone, name, type);
        }

        var labels = name[..^(zone.Domain.Length + 1)].Split('.');
        return labels switch
        {
            ["ns", "dns"] when zone.Services.TryGetValue(("kube-system", "kube-dns"), out var server) => Addresses(name, type, server.ClusterAddresses),
            ["dns-version"] => Found.Of(type, new TxtRecord(name, SpecificationVersion)),
            ["svc"] or ["pod"] => Found.NoData,
            [var ns, "svc" or "pod"] => zone.Namespaces.Contains(ns) ? Found.NoData : Found.Missing,
            [var pod, var ns, "pod"] => Pod(zone, name, type, pod, ns),
            [.. var rest, var service, var ns, "svc"] when zone.Services.TryGetValue((ns, service), out var found) =>
                Service(zone, found, name, rest, type),
            _ => Found.Missing,
        };
    }

    private static Found AtApex(DnsZone zone, DnsType type) => type switch
    {
        DnsType.Soa => Found.Of(type, new SoaRecord(zone.Domain)),
        DnsType.Ns => Found.Of(type, new NameRecord(zone.Domain, DnsType.Ns, NameServer(zone.Domain))),
        _ => Found.NoData,
    };

    /// <summary>Pod names are made of the address itself, so they are answered whether the pod exists or not; so does CoreDNS.</summary>
    private static Found Pod(DnsZone zone, string name, DnsType type, string pod, string ns)
    {
        var isV4 = pod.Count(c => c == '-') == 3 && !pod.Contains("--", StringComparison.Ordinal);
        return zone.Namespaces.Contains(ns) && IPAddress.TryParse(pod.Replace('-', isV4 ? '.' : ':'), out var address)
            ? Found.Of(type, new AddressRecord(name, address))
            : Found.Missing;
    }

    private static Found Service(DnsZone zone, DnsService service, string name, string[] rest, DnsType type)
    {
        if (service.ExternalName is { } target)
        {
            if (rest.Length > 0)
            {
                return Found.Missing;
            }

            var alias = target.TrimEnd('.').ToLowerInvariant();
            if (IPAddress.TryParse(alias, out var address))
            {
                return Found.Of(type, new AddressRecord(name, address));
            }

            return new Found(true, [new NameRecord(name, DnsType.Cname, alias)], [], alias);
        }

        return rest switch
        {
            [] => WithPorts(zone, service, name, type, _ => true),
            [['_', .. var port], ['_', .. var protocol]] => WithPorts(zone, service, name, type, p => p.Name == port && p.Protocol == protocol),
            [var label] => Endpoints(zone, name, type, service, [.. service.Endpoints.Where(e => e.Label == label)], _ => true),
            _ => Found.Missing,
        };
    }

    private static Found WithPorts(DnsZone zone, DnsService service, string name, DnsType type, Func<DnsPort, bool> asked)
    {
        if (service.IsHeadless)
        {
            return Endpoints(zone, name, type, service, [.. service.Endpoints.Where(e => e.Ports.IsEmpty || e.Ports.Any(asked))], asked);
        }

        var ports = service.Ports.Where(asked).ToList();
        if (ports.Count == 0)
        {
            return Found.Missing;
        }

        if (type != DnsType.Srv)
        {
            return Addresses(name, type, service.ClusterAddresses);
        }

        var target = FullName(zone, service);
        var weight = Math.Max(1, SrvWeightTotal / ports.Count);
        return new Found(
            true,
            [.. ports.Select(p => new SrvRecord(name, weight, p.Number, target))],
            [.. service.ClusterAddresses.Select(a => new AddressRecord(target, a))]);
    }

    private static Found Endpoints(
        DnsZone zone, string name, DnsType type, DnsService service, IReadOnlyList<DnsEndpoint> endpoints, Func<DnsPort, bool> asked)
    {
        // The specification: a headless service without ready endpoints does not exist as a name.
        if (endpoints.Count == 0)
        {
            return Found.Missing;
        }

        if (type != DnsType.Srv)
        {
            return Addresses(name, type, endpoints.Select(e => e.Address).Distinct());
        }

        var targets = endpoints.SelectMany(e => e.Ports.Where(asked).Select(p => (Port: p.Number, Target: $"{e.Label}.{FullName(zone, service)}", e.Address))).ToList();
        var weight = Math.Max(1, SrvWeightTotal / Math.Max(1, targets.Count));
        return new Found(
            true,
            [.. targets.Select(t => new SrvRecord(name, weight, t.Port, t.Target)).Distinct()],
            [.. targets.Select(t => new AddressRecord(t.Target, t.Address)).Distinct()]);
    }

    private static Found Addresses(string name, DnsType type, IEnumerable<IPAddress> addresses)
    {
        var family = type switch
        {
            DnsType.A => AddressFamily.InterNetwork,
            DnsType.Aaaa => AddressFamily.InterNetworkV6,
            _ => AddressFamily.Unspecified,
        };
        return new Found(true, [.. addresses.Where(a => a.AddressFamily == family).Select(a => new AddressRecord(name, a))], []);
    }

    private static Found? Reverse(DnsZone zone, string name, DnsType type)
    {
        if (ReverseNames.Address(name) is not { } address)
        {
            return null;
        }

        if (zone.ByAddress.TryGetValue(address, out var names))
        {
            return type == DnsType.Ptr ? new Found(true, [.. names.Select(n => new NameRecord(name, DnsType.Ptr, n))], []) : Found.NoData;
        }

        return zone.ReverseRanges.Any(range => range.Contains(address)) ? Found.Missing : null;
    }

    private static string FullName(DnsZone zone, DnsService service) => $"{service.Name}.{service.Namespace}.svc.{zone.Domain}";

    private static string Apex(DnsZone zone, string name) =>
        name.EndsWith(ReverseNames.V4, StringComparison.Ordinal) ? ReverseNames.V4 : name.EndsWith(ReverseNames.V6, StringComparison.Ordinal) ? ReverseNames.V6 : zone.Domain;

    internal static string NameServer(string apex) => $"ns.dns.{apex}";

    /// <param name="Alias">Where the one CNAME among the records leads.</param>
    private sealed record Found(bool Exists, IReadOnlyList<DnsRecord> Records, IReadOnlyList<DnsRecord> Additional, string? Alias = null)
    {
        public static readonly Found Missing = new(false, [], []);
        public static readonly Found NoData = new(true, [], []);

        /// <summary>The name exists with this one record; asked for another type, it has no data.</summary>
        public static Found Of(DnsType asked, DnsRecord record) => asked == record.Type ? new(true, [record], []) : NoData;
    }
}
