using System.Collections.Immutable;
using Coppice.Network.Dns;
using Coppice.Network.Nftables;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Discovery;

namespace Coppice.Network.Translation;

/// <summary>
/// From API objects to rules and names. Objects are immutable, so a service whose object and slices are the same ones as last time
/// is not translated again: a change costs what it touches. One caller at a time.
/// </summary>
public sealed class NetworkTranslator(NetworkOptions options)
{
    private const string ServiceNameLabel = "kubernetes.io/service-name";

    private Dictionary<ObjectKey, Translated> _last = [];

    public (NetworkState State, DnsZone Zone) Translate(NetworkObjects objects)
    {
        var slices = objects.EndpointSlices
            .Where(s => s.Metadata.Labels.ContainsKey(ServiceNameLabel))
            .ToLookup(s => new ObjectKey(s.Metadata.Namespace ?? "", s.Metadata.Labels[ServiceNameLabel]));
        var now = new Dictionary<ObjectKey, Translated>(_last.Count);
        var rules = ImmutableArray.CreateBuilder<ServicePortInfo>();
        var names = new List<DnsService>();
        var warnings = new List<RuleWarning>();
        foreach (var (key, service) in objects.Services.Select(s => (Key: ObjectKey.Of(s), s)).OrderBy(s => s.Key))
        {
            var translated = Translate(key, service, [.. slices[key].OrderBy(s => s.Metadata.Name, StringComparer.Ordinal)]);
            now[key] = translated;
            rules.AddRange(translated.Rules);
            names.Add(translated.Names);
            warnings.AddRange(translated.Warnings);
        }

        _last = now;
        ImmutableArray<HostPortInfo> hostPorts = [.. HostPortTranslation.Translate(objects.Pods, options.NodeName, warnings)];
        return (
            new NetworkState(options.NodeNetwork, rules.ToImmutable(), hostPorts) { Warnings = [.. warnings] },
            new DnsZone(options.ClusterDomain, objects.Namespaces, names, [options.Ranges.Services, options.Ranges.Pods]));
    }

    private Translated Translate(ObjectKey key, Service service, EndpointSlice[] slices)
    {
        if (_last.TryGetValue(key, out var last) && ReferenceEquals(last.Service, service) && Same(last.Slices, slices))
        {
            return last;
        }

        var warnings = new List<RuleWarning>();
        var rules = ServiceTranslation.Translate(service, slices, options.NodeName, warnings);
        return new Translated(service, slices, rules, DnsTranslation.Translate(service, slices), warnings);
    }

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

    private sealed record Translated(Service Service, EndpointSlice[] Slices, ImmutableArray<ServicePortInfo> Rules, DnsService Names, List<RuleWarning> Warnings);
}
