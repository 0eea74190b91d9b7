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

    /// <param name="before">The plan of an earlier state, from which this one comes at the cost of what is different; null for none.</param>
    public static NftTable Plan(NetworkState state, NftTable? before = null)
    {
        var shares = new List<RuleShare>(3 + state.Services.Length + state.HostPorts.Length)
        {
            OfNodes.GetValue(state.Node, NodeChains.Plan),
            OfOtherNodes.GetValue(state.OtherNodes, NodeChains.Plan),
            OfPolicies.GetValue(state.Policies, PolicyChains.Plan),
        };
        var warnings = new List<RuleWarning>(state.Warnings);
        foreach (var service in state.Services)
        {
            Add(service.Owner, () => Plan(service, state.Node));
        }

        foreach (var port in state.HostPorts)
        {
            Add(port.Owner, () => HostPortChains.Plan(port));
        }

        return ((before is null ? null : RuleMerge.Update(before, shares, warnings)) ?? RuleMerge.Merge(shares, warnings)) with { Family = state.Node.Family };

        void Add(RuleOwner owner, Func<RuleShare> plan)
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
