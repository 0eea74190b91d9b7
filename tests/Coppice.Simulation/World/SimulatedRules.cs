using System.Globalization;
using System.Text.RegularExpressions;
using Coppice.Network.Dns;
using Coppice.Network.Nftables;

namespace Coppice.Simulation.World;

/// <summary>The service rules of a kernel, which outlive the server that wrote them, and the names of the cluster's DNS.</summary>
internal sealed partial class SimulatedRules : IServiceRules
{
    private NftTable _applied = NftTable.Empty;

    public DnsZone? Zone { get; set; }

    /// <summary>While true, the kernel takes no rules.</summary>
    public bool IsBroken { get; set; }

    /// <summary>
    /// Where packets to a service's "address . protocol . port", or to a node's "protocol . port", are sent on to, as "address:port", in
    /// order; nowhere if they are refused.
    /// </summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Fronts => ((string[])["addresses", "ports", "refused-addresses", "refused-ports"])
        .SelectMany(Elements)
        .ToDictionary(e => e.Key, e => (IReadOnlyList<string>)[.. Targets(e.Value).Concat(Numbered(e.Key, e.Value)).Distinct().Order(StringComparer.Ordinal)], StringComparer.Ordinal);

    /// <summary>Every address of a pod that any rule names, in order.</summary>
    public IEnumerable<string> Addresses => _applied.Chains.Values.SelectMany(c => c.Rules)
        .Concat(_applied.Sets.Values.SelectMany(s => s.Elements.Select(e => $"{e.Key} {e.Value}")))
        .SelectMany(text => PodAddress().Matches(text).Select(m => m.Value))
        .Distinct().Order(StringComparer.Ordinal);

    public ValueTask<IReadOnlyList<RuleWarning>> ApplyAsync(NftTable desired, CancellationToken stop)
    {
        if (IsBroken)
        {
            throw new RulesException("the kernel takes no rules (injected fault)");
        }

        _applied = desired;
        return ValueTask.FromResult<IReadOnlyList<RuleWarning>>([]);
    }

    public ValueTask<string?> RestoreAsync(CancellationToken stop) => ValueTask.FromResult<string?>(null);

    public Task WatchAsync(Action changed, CancellationToken stop) => Task.CompletedTask;

    public async ValueTask RemoveAsync(CancellationToken stop) => await ApplyAsync(NftTable.Empty, stop);

    private IReadOnlyDictionary<string, string> Elements(string set) => _applied.Sets.GetValueOrDefault(set)?.Elements ?? NftSet.NoElements;

    // Those that a rule names, and those of the chains that it leads to.
    private IEnumerable<string> Targets(string rule) => Target().Matches(rule).Select(m => $"{m.Groups[1].Value}:{m.Groups[2].Value}")
        .Concat(Goto().Matches(rule).SelectMany(m => _applied.Chains.GetValueOrDefault(m.Groups[1].Value)?.Rules ?? []).SelectMany(Targets));

    // Those that stand by number in the map of the front's protocol, for as many as the chain is for.
    private IEnumerable<string> Numbered(string front, string rule)
    {
        if (Pick().Match(rule) is not { Success: true } pick || front.Split(" . ") is not [var address, var protocol, var port])
        {
            return [];
        }

        var endpoints = Elements($"endpoints/{protocol}");
        return Enumerable.Range(0, int.Parse(pick.Groups[1].Value, CultureInfo.InvariantCulture)).SelectMany(number => Targets(endpoints[$"{address} . {port} . {number}"]));
    }

    [GeneratedRegex(@"\Agoto pick/(\d+)\z")]
    private static partial Regex Pick();

    [GeneratedRegex(@"\bgoto ([\w./-]+)")]
    private static partial Regex Goto();

    [GeneratedRegex(@"\b(10\.244\.\d+\.\d+)(?: \. |:)(\d+)\b")]
    private static partial Regex Target();

    // An address of a pod by itself, not a range of them.
    [GeneratedRegex(@"\b10\.244\.\d+\.\d+\b(?!/)")]
    private static partial Regex PodAddress();
}
