using System.Text.RegularExpressions;
using Coppice.Network.Dns;
using Coppice.Network.Rules;

namespace Coppice.Simulation.World;

/// <summary>The service rules of a kernel, which outlive the server that wrote them, and the names of the cluster's DNS.</summary>
internal sealed partial class SimulatedRules : IServiceRules
{
    private Ruleset _applied = Ruleset.Empty;

    public DnsZone? Zone { get; set; }

    /// <summary>While true, the kernel takes no rules.</summary>
    public bool IsBroken { get; set; }

    /// <summary>The addresses that packets are sent on to, in order.</summary>
    public IEnumerable<string> Targets => _applied.Chains.Values.SelectMany(c => c.Rules)
        .Concat(_applied.Sets.Values.SelectMany(s => s.Elements.Select(e => $"{e.Key} {e.Value}")))
        .SelectMany(text => PodAddress().Matches(text).Select(m => m.Value))
        .Distinct().Order(StringComparer.Ordinal);

    public ValueTask ApplyAsync(Ruleset desired, CancellationToken stop)
    {
        if (IsBroken)
        {
            throw new RulesException("the kernel takes no rules (injected fault)");
        }

        _applied = desired;
        return ValueTask.CompletedTask;
    }

    public ValueTask<bool> RestoreAsync(CancellationToken stop) => ValueTask.FromResult(false);

    public ValueTask RemoveAsync(CancellationToken stop) => ApplyAsync(Ruleset.Empty, stop);

    // An address of a pod by itself, not a range of them.
    [GeneratedRegex(@"\b10\.244\.\d+\.\d+\b(?!/)")]
    private static partial Regex PodAddress();
}
