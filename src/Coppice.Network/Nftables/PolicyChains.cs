using System.Collections.Immutable;

namespace Coppice.Network.Nftables;

/// <summary>
/// Network policies as rules: <c>policed-in</c> and <c>policed-out</c> lead a pod's packets to the chain of all policies that are for it
/// (<c>to/…</c>, <c>from/…</c>), which asks each (<c>in/…</c>, <c>out/…</c>) and drops what none has accepted. Who sends and who
/// receives are asked apart, in two base chains: what one accepts, the other may still drop. Only what is forwarded or reaches the node
/// comes here: what the node itself sends to its pods is nobody's to forbid. Pure.
/// </summary>
internal static class PolicyChains
{
    private const string Ingress = "policed-in";
    private const string Egress = "policed-out";

    /// <returns>The node's own: rules without it would let through what is forbidden, so that it is never left out.</returns>
    public static RuleShare Plan(PolicyState state)
    {
        var share = new RuleShare(null);
        if (state.Pods.IsEmpty)
        {
            return share;
        }

        var ip = state.Family;
        share.Set(Ingress, "map", $"type {state.Family.AddressType} : verdict ;");
        share.Set(Egress, "map", $"type {state.Family.AddressType} : verdict ;");
        AddBase(share, ip, "policy-egress", "forward", 5, $"{ip} saddr vmap @{Egress}");
        AddBase(share, ip, "policy-egress-node", "input", 5, $"{ip} saddr vmap @{Egress}");
        AddBase(share, ip, "policy-ingress", "forward", 6, $"{ip} daddr vmap @{Ingress}");
        foreach (var policy in state.Policies)
        {
            var name = RuleNames.Of(policy);
            AddPolicy(share, $"in/{name}", "saddr", policy.Ingress, state);
            AddPolicy(share, $"out/{name}", "daddr", policy.Egress, state);
        }

        var known = new HashSet<string>();
        foreach (var pod in state.Pods)
        {
            AddPod(share, Ingress, "to", "in", pod, pod.Ingress, known);
            AddPod(share, Egress, "from", "out", pod, pod.Egress, known);
        }

        return share;
    }

    private static void AddBase(RuleShare share, NftFamily ip, string name, string hook, int priority, string lookup) => share.BaseChain(
        name,
        $"type filter hook {hook} priority {priority} ; policy accept ;",
        [
            // Answers go back the way they came.
            "ct state established,related accept",
            // Who has which address on a link is asked and told in packets of IPv6 itself; without it nothing else is sent.
            .. ip == NftFamily.V6 ? (string[])["icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept"] : [],
            // Nothing keeps a pod from itself.
            $"{ip} saddr . {ip} daddr @{RuleNames.Hairpin} accept",
            lookup,
        ]);

    private static void AddPod(
        RuleShare share, string map, string prefix, string direction, PolicedPod pod, ImmutableArray<string>? policies, HashSet<string> known)
    {
        if (policies is not { } names)
        {
            return;
        }

        // Pods with the same policies share a chain.
        var chain = $"{prefix}/{RuleNames.Of(pod.Namespace, names)}";
        if (known.Add(chain))
        {
            share.Chain(chain, [.. names.Select(name => $"jump {direction}/{RuleNames.Of(pod.Namespace, [name])}"), "drop"]);
        }

        share.Verdict(map, $"{pod.Address}", $"goto {chain}");
    }

    private static void AddPolicy(RuleShare share, string chain, string side, ImmutableArray<PolicyGrant> grants, PolicyState state)
    {
        var rules = new List<string>(grants.Length);
        foreach (var (i, grant) in grants.Index())
        {
            rules.Add(string.Join(' ', Words(share, $"{chain}/{i}", side, grant, state).Append("accept")));
        }

        share.Chain(chain, rules);
    }

    private static IEnumerable<string> Words(RuleShare share, string name, string side, PolicyGrant grant, PolicyState state)
    {
        var ip = state.Family;
        if (grant.IsDns)
        {
            yield return $"meta l4proto {RuleNames.Of(grant.Protocol!.Value)} ct original {ip} daddr {state.DnsAddress} ct original proto-dst {PolicyPorts.Dns}";
            yield break;
        }

        if (grant.Peers is { } peers)
        {
            AddSet(share, $"{name}/peers", $"type {ip.AddressType} ;", peers.Select(address => address.ToString()));
            yield return $"{ip} {side} @{name}/peers";
        }

        if (grant.Block is { } block)
        {
            if (block.PrefixLength > 0)
            {
                yield return $"{ip} {side} {block}";
            }

            foreach (var except in grant.Except)
            {
                yield return $"{ip} {side} != {except}";
            }
        }

        if (grant.Protocol is { } protocol)
        {
            var word = RuleNames.Of(protocol);
            if (grant.Receivers is { } receivers)
            {
                AddSet(share, $"{name}/ports", $"type {ip.AddressType} . inet_service ;", receivers.Select(one => $"{one.Address} . {one.Port}"));
                yield return $"{ip} daddr . {word} dport @{name}/ports";
            }
            else
            {
                yield return grant.Ports is not { } ports ? $"meta l4proto {word}"
                    : ports.First == ports.Last ? $"{word} dport {ports.First}"
                    : $"{word} dport {ports.First}-{ports.Last}";
            }
        }
    }

    private static void AddSet(RuleShare share, string name, string declaration, IEnumerable<string> keys)
    {
        share.Set(name, "set", declaration);
        foreach (var key in keys)
        {
            share.Member(name, key);
        }
    }
}
