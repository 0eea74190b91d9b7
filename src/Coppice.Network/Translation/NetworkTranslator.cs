using System.Collections.Immutable;
using Coppice.Network.Dns;
using Coppice.Network.Rules;
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

    public (NetworkState State, DnsZone Zone) Translate(NetworkWorld world)
    {
        var slices = world.EndpointSlices
            .Where(s => s.Metadata.Labels.ContainsKey(ServiceNameLabel))
            .ToLookup(s => new ObjectKey(s.Metadata.Namespace ?? "", s.Metadata.Labels[ServiceNameLabel]));
        var now = new Dictionary<ObjectKey, Translated>(_last.Count);
        var rules = ImmutableArray.CreateBuilder<ServiceRules>();
        var names = new List<DnsService>();
        var troubles = new List<RuleTrouble>();
        foreach (var (key, service) in world.Services.Select(s => (Key: ObjectKey.Of(s), s)).OrderBy(s => s.Key))
        {
            var translated = Translate(key, service, [.. slices[key].OrderBy(s => s.Metadata.Name, StringComparer.Ordinal)]);
            now[key] = translated;
            rules.AddRange(translated.Rules);
            names.Add(translated.Names);
            troubles.AddRange(translated.Troubles);
        }

        _last = now;
        ImmutableArray<HostPortRules> hostPorts = [.. HostPortTranslation.Translate(world.Pods, options.NodeName, troubles)];
        return (
            new NetworkState(options.NodeRules, rules.ToImmutable(), hostPorts) { Troubles = [.. troubles] },
            new DnsZone(options.ClusterDomain, world.Namespaces, names, [options.Ranges.Services, options.Ranges.Pods]));
    }

    private Translated Translate(ObjectKey key, Service service, EndpointSlice[] slices)
    {
        if (_last.TryGetValue(key, out var last) && ReferenceEquals(last.Service, service) && Same(last.Slices, slices))
        {
            return last;
        }

        var troubles = new List<RuleTrouble>();
        var rules = ServiceTranslation.Translate(service, slices, options.NodeName, troubles);
        return new Translated(service, slices, rules, DnsTranslation.Translate(service, slices), troubles);
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

    private sealed record Translated(Service Service, EndpointSlice[] Slices, ImmutableArray<ServiceRules> Rules, DnsService Names, List<RuleTrouble> Troubles);
}
