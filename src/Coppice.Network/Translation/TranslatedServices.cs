using System.Collections.Immutable;
using Coppice.Network.Dns;
using Coppice.Network.Nftables;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Discovery;

namespace Coppice.Network.Translation;

/// <summary>What each service was translated to, and of all together what a family's rules are made of: one more service costs no walk over the others. One caller at a time.</summary>
internal sealed class TranslatedServices(int families)
{
    private readonly SortedDictionary<ObjectKey, TranslatedService> _services = [];
    private readonly SortedDictionary<ObjectKey, HealthPortInfo> _healthPorts = [];
    private readonly SortedDictionary<ObjectKey, TranslatedService> _withWarnings = [];

    // Of each family, the ports of all services in the order of their keys; default while they are to be put together anew.
    private readonly ImmutableArray<ServicePortInfo>[] _ports = new ImmutableArray<ServicePortInfo>[families];

    public IReadOnlyCollection<ObjectKey> Keys => _services.Keys;

    public IEnumerable<DnsService> Names => _services.Values.Select(one => one.Names);

    public IEnumerable<HealthPortInfo> HealthPorts => _healthPorts.Values;

    public TranslatedService? Find(ObjectKey key) => _services.GetValueOrDefault(key);

    public IEnumerable<RuleWarning> WarningsOf(int family) => _withWarnings.Values.SelectMany(one => one.Rules[family].Warnings);

    public ImmutableArray<ServicePortInfo> PortsOf(int family)
    {
        if (_ports[family].IsDefault)
        {
            _ports[family] = [.. _services.Values.SelectMany(one => one.Rules[family].Ports)];
        }

        return _ports[family];
    }

    public void Clear()
    {
        _services.Clear();
        _healthPorts.Clear();
        _withWarnings.Clear();
        ManyChange();
    }

    /// <summary>So many are about to change that their ports are the sooner put together anew.</summary>
    public void ManyChange() => Array.Clear(_ports);

    /// <param name="old">What is there; null for none.</param>
    /// <param name="now">Null for none any more.</param>
    public void Replace(ObjectKey key, TranslatedService? old, TranslatedService? now)
    {
        if (ReferenceEquals(old, now))
        {
            return;
        }

        Put(_services, key, now);
        Put(_healthPorts, key, now?.HealthPort);
        Put(_withWarnings, key, now?.Rules.Any(one => one.Warnings.Count > 0) == true ? now : null);
        for (var family = 0; family < families; family++)
        {
            if (!_ports[family].IsDefault)
            {
                _ports[family] = Spliced(_ports[family], key, old?.Rules[family].Ports.Length ?? 0, now?.Rules[family].Ports ?? []);
            }
        }
    }

    private static void Put<T>(SortedDictionary<ObjectKey, T> all, ObjectKey key, T? now) where T : class
    {
        if (now is null)
        {
            all.Remove(key);
        }
        else
        {
            all[key] = now;
        }
    }

    private static ImmutableArray<ServicePortInfo> Spliced(ImmutableArray<ServicePortInfo> ports, ObjectKey key, int gone, ImmutableArray<ServicePortInfo> come)
    {
        var (first, end) = (0, ports.Length);
        while (first < end)
        {
            var middle = (first + end) / 2;
            (first, end) = new ObjectKey(ports[middle].Namespace, ports[middle].Name).CompareTo(key) < 0 ? (middle + 1, end) : (first, middle);
        }

        return gone == 0 && come.IsEmpty ? ports : [.. ports.AsSpan()[..first], .. come, .. ports.AsSpan()[(first + gone)..]];
    }
}

/// <param name="Rules">By family.</param>
internal sealed record TranslatedService(Service Service, EndpointSlice[] Slices, ImmutableArray<FamilyRules> Rules, DnsService Names)
{
    /// <summary>Null for none.</summary>
    public HealthPortInfo? HealthPort { get; init; }
}

internal readonly record struct FamilyRules(ImmutableArray<ServicePortInfo> Ports, IReadOnlyList<RuleWarning> Warnings);
