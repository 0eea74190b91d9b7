using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Discovery;

namespace Coppice.Controllers.EndpointSlices;

/// <summary>The endpoints of a service with hints, or without any and why.</summary>
/// <param name="Problem">In Kubernetes' words; null if the endpoints have hints.</param>
internal sealed record HintedGroups(IReadOnlyList<EndpointGroup> Groups, string? Problem);

/// <summary>
/// Hints for a service whose traffic is to stay in its zone (<c>service.kubernetes.io/topology-mode: Auto</c>): each zone gets about as many of
/// the ready endpoints as it has of the nodes' processors, its own first. Where no zone could be given enough there are no hints, and
/// everybody uses all endpoints. What has a hint that is still good keeps it, so that few slices are written.
/// </summary>
internal static class ZoneHints
{
    // How much more than its share an endpoint may have to bear.
    private const double Overload = 0.2;

    public static bool AreWanted(Service service) =>
        (service.Metadata.Annotations.Find("service.kubernetes.io/topology-aware-hints") ?? service.Metadata.Annotations.Find("service.kubernetes.io/topology-mode")) is "Auto" or "auto";

    /// <param name="groups">Of one family of addresses, without hints.</param>
    /// <param name="existing">The service's slices, whose hints may stay.</param>
    public static HintedGroups Give(IReadOnlyList<EndpointGroup> groups, IReadOnlyList<EndpointSlice> existing, ZoneShares shares)
    {
        var ready = groups.SelectMany(group => group.Endpoints).Where(IsReady).ToList();
        if (ProblemOf(ready, shares) is { } problem)
        {
            return new(groups, problem);
        }

        var needs = NeedsOf(ready.Count, shares);
        if (needs.Values.Sum(need => need.Least) > ready.Count)
        {
            return new(groups, $"Unable to allocate minimum required endpoints to each zone without exceeding overload threshold ({ready.Count} endpoints, {needs.Count} zones)");
        }

        var hints = Begin(ready, HintsIn(existing), needs);
        Spread(ready, hints, needs);
        return new([.. groups.Select(group => group with { Endpoints = [.. group.Endpoints.Select(one => Hinted(one, hints))] })], null);
    }

    private static string? ProblemOf(List<Endpoint> ready, ZoneShares shares) =>
        shares.Of.IsEmpty ? "Insufficient Node information: allocatable CPU or zone not specified on one or more nodes"
        : shares.Of.Count > ready.Count ? $"Insufficient number of endpoints ({ready.Count} endpoints, {shares.Of.Count} zones)"
        : ready.Exists(one => string.IsNullOrEmpty(one.Zone)) ? "One or more endpoints do not have a zone specified"
        : null;

    private static SortedDictionary<string, Need> NeedsOf(int count, ZoneShares shares)
    {
        var needs = new SortedDictionary<string, Need>(StringComparer.Ordinal);
        foreach (var (zone, share) in shares.Of)
        {
            var wanted = share * count;
            var least = (int)Math.Ceiling(wanted / (1 + Overload));
            needs[zone] = new(least, 0, Math.Max(wanted, least));
        }

        var spare = count - needs.Values.Sum(need => need.Least);
        foreach (var zone in needs.Keys.ToList())
        {
            needs[zone] = needs[zone] with { Most = needs[zone].Least + spare };
        }

        return needs;
    }

    /// <summary>Hints as they are, as far as no zone has too many; else everybody's own zone.</summary>
    private static Dictionary<Endpoint, string> Begin(List<Endpoint> ready, Dictionary<string, string> before, SortedDictionary<string, Need> needs)
    {
        var hints = new Dictionary<Endpoint, string>(ReferenceEqualityComparer.Instance);
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var one in ready.OrderBy(one => before.ContainsKey(SlicePacking.Identity(one)) ? 0 : 1))
        {
            var zone = before.TryGetValue(SlicePacking.Identity(one), out var kept) && needs.TryGetValue(kept, out var need) && counts.GetValueOrDefault(kept) < need.Most
                ? kept
                : one.Zone!;
            hints[one] = zone;
            counts[zone] = counts.GetValueOrDefault(zone) + 1;
        }

        return hints;
    }

    /// <summary>From the zones that have most too many to those that lack most, as long as it is an endpoint's worth.</summary>
    private static void Spread(List<Endpoint> ready, Dictionary<Endpoint, string> hints, SortedDictionary<string, Need> needs)
    {
        var counts = hints.Values.CountBy(zone => zone).ToDictionary(StringComparer.Ordinal);
        var over = needs.ToDictionary(need => need.Key, need => counts.GetValueOrDefault(need.Key) - need.Value.Wanted, StringComparer.Ordinal);
        while (true)
        {
            var (giving, toGive) = over.OrderByDescending(one => one.Value).ThenBy(one => one.Key, StringComparer.Ordinal).First();
            var (taking, toTake) = over.OrderBy(one => one.Value).ThenBy(one => one.Key, StringComparer.Ordinal).First();
            if (toGive < 0.5 || -toTake < 0.5 || (toGive < 1 && -toTake < 1))
            {
                return;
            }

            over[giving]--;
            over[taking]++;

            // One that is of the zone itself goes home first.
            var given = ready.Where(one => hints[one] == giving).OrderBy(one => one.Zone == taking ? 0 : 1).First();
            hints[given] = taking;
        }
    }

    private static Endpoint Hinted(Endpoint one, Dictionary<Endpoint, string> hints) =>
        hints.TryGetValue(one, out var zone) ? one with { Hints = new() { ForZones = [new ForZone { Name = zone }] } } : one;

    private static Dictionary<string, string> HintsIn(IReadOnlyList<EndpointSlice> slices)
    {
        var hints = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var one in slices.SelectMany(slice => slice.Endpoints))
        {
            if (one.Hints is { ForZones: [{ Name: var zone }] })
            {
                hints[SlicePacking.Identity(one)] = zone;
            }
        }

        return hints;
    }

    private static bool IsReady(Endpoint one) => one.Conditions.Ready == true;

    /// <summary>How many endpoints a zone should have.</summary>
    /// <param name="Least">With fewer, each would have to bear too much.</param>
    /// <param name="Most">With more, others would have fewer than they need.</param>
    private sealed record Need(int Least, int Most, double Wanted);
}
