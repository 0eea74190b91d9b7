using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace Coppice.Network.Nftables;

/// <summary>
/// Turns services, endpoints, host ports and policies into the content of our nftables table of one family. Pure.
/// <para>
/// A packet's way: the <c>services</c> chain (prerouting and output) looks its destination up in a map, and a verdict leads it to
/// the chain of one service port, which picks an endpoint at random. Only a connection's first packet comes here; the kernel's
/// connection tracking leads the others the same way, so a change of endpoints touches new connections only.
/// </para>
/// </summary>
public static class RulePlanner
{
    // Shares of services that did not change since the last plan: the same input object gives the same output object, so that a
    // change costs what it touches. It only remembers a pure function's results.
    private static readonly ConditionalWeakTable<ServicePortInfo, Planned> Remembered = [];
    private static readonly ConditionalWeakTable<NodeNetwork, RuleShare> OfNodes = [];
    private static readonly ConditionalWeakTable<OtherNodes, RuleShare> OfOtherNodes = [];
    private static readonly ConditionalWeakTable<PolicyState, RuleShare> OfPolicies = [];

    // Before those of services: the node's, other nodes' and policies'.
    private const int Leading = 3;

    /// <param name="before">The plan of an earlier state, from which this one comes at the cost of what is different; null for none.</param>
    public static NftTable Plan(NetworkState state, NftTable? before = null)
    {
        var warnings = new List<RuleWarning>(state.Warnings);
        var shares = SharesOf(state, before, warnings);
        var table = (before is null ? null : RuleMerge.Update(before, shares, warnings)) ?? RuleMerge.Merge(shares, warnings);
        return table with { Family = state.Node.Family, State = state };
    }

    private static ImmutableArray<RuleShare> SharesOf(NetworkState state, NftTable? before, List<RuleWarning> warnings)
    {
        var shares = ImmutableArray.CreateBuilder<RuleShare>(Leading + state.Services.Length + state.HostPorts.Length);
        shares.Add(OfNodes.GetValue(state.Node, NodeChains.Plan));
        shares.Add(OfOtherNodes.GetValue(state.OtherNodes, NodeChains.Plan));
        shares.Add(OfPolicies.GetValue(state.Policies, PolicyChains.Plan));

        // Where nothing was left out, the shares of services stand as the services do.
        var (known, planned) = (before?.State, before?.Shares ?? []);
        var isKnown = known?.Node == state.Node && planned.Length == Leading + known.Services.Length + known.HostPorts.Length;
        var (first, last) = isKnown ? CommonEnds.Of(known!.Services, state.Services) : (0, 0);
        var kept = isKnown ? planned.AsSpan(Leading, known!.Services.Length) : [];
        shares.AddRange(kept[..first]);
        foreach (var service in state.Services.AsSpan()[first..^last])
        {
            Add(shares, service.Owner, () => Plan(service, state.Node), warnings);
        }

        shares.AddRange(kept[^last..]);
        foreach (var port in state.HostPorts)
        {
            Add(shares, port.Owner, () => HostPortChains.Plan(port), warnings);
        }

        return shares.DrainToImmutable();
    }

    private static void Add(ImmutableArray<RuleShare>.Builder shares, RuleOwner owner, Func<RuleShare> plan, List<RuleWarning> warnings)
    {
        try
        {
            shares.Add(plan());
        }
        catch (BadNameException bad)
        {
            // One that must not be in the rules is no reason for the others to miss theirs.
            warnings.Add(new RuleWarning(owner, RuleReasons.Invalid, bad.Message));
        }
    }

    private static RuleShare Plan(ServicePortInfo service, NodeNetwork node)
    {
        if (Remembered.TryGetValue(service, out var planned) && planned.Node == node)
        {
            return planned.Share;
        }

        var share = ServiceChains.Plan(service, node);
        Remembered.AddOrUpdate(service, new Planned(node, share));
        return share;
    }

    private sealed record Planned(NodeNetwork Node, RuleShare Share);
}
