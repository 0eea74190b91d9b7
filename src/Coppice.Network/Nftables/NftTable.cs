using System.Collections.Immutable;

namespace Coppice.Network.Nftables;

/// <summary>The whole content of our nftables table, as text fragments of nft's language. Immutable once made.</summary>
/// <param name="Chains">By name.</param>
/// <param name="Sets">Sets and maps, by name.</param>
/// <param name="UdpRoutes">Every way a UDP packet can be led to an endpoint: what goes from here leaves stale connections; and how many lead so.</param>
/// <param name="Warnings">What of the objects is left out, and why.</param>
public sealed record NftTable(
    IReadOnlyDictionary<string, NftChain> Chains,
    IReadOnlyDictionary<string, NftSet> Sets,
    IReadOnlyDictionary<UdpRoute, int> UdpRoutes,
    IReadOnlyList<RuleWarning> Warnings)
{
    public static readonly NftTable Empty =
        new(new Dictionary<string, NftChain>(), new Dictionary<string, NftSet>(), new Dictionary<UdpRoute, int>(), []);

    /// <summary>The family whose packets meet it.</summary>
    public NftFamily Family { get; init; } = NftFamily.V4;

    /// <summary>What it was put together from, the node's own first.</summary>
    internal ImmutableArray<RuleShare> Shares { get; init; } = [];

    /// <summary>The state that it was planned for; null if it was not planned.</summary>
    internal NetworkState? State { get; init; }

    /// <summary>The same as it was counted, for the next to begin with; null if it was not.</summary>
    internal RuleTally.Counted? Tally { get; init; }

    /// <summary>How it came from an earlier one; null if it was put together anew.</summary>
    internal TableStep? Step { get; init; }

    /// <summary>The same without the shares of some owners; the node's own stays.</summary>
    internal NftTable Only(Func<RuleShare, bool> kept) => RuleMerge.Merge([.. Shares.Where(share => share.Owner is null || kept(share))], []) with { Family = Family };
}

/// <summary>What may be different from an earlier table; all else is the same.</summary>
/// <param name="Before">The earlier one, for as long as it is of use to anybody else.</param>
/// <param name="Chains">By name.</param>
/// <param name="Elements">Sets and maps by name, each with the keys of its elements.</param>
internal sealed record TableStep(WeakReference<NftTable> Before, IReadOnlySet<string> Chains, IReadOnlyDictionary<string, HashSet<string>> Elements)
{
    public bool IsFrom(NftTable table) => Before.TryGetTarget(out var before) && ReferenceEquals(before, table);
}

/// <param name="Hook">Type, hook, priority and policy of a base chain; null for one that is only jumped to.</param>
public sealed record NftChain(string Name, string? Hook, IReadOnlyList<string> Rules);

/// <param name="Kind">"set" or "map".</param>
/// <param name="Declaration">What stands between the braces of its declaration.</param>
/// <param name="Elements">Key to value; the value is empty in a set. Sets that the kernel fills have none.</param>
public sealed record NftSet(string Name, string Kind, string Declaration, IReadOnlyDictionary<string, string> Elements)
{
    public static readonly IReadOnlyDictionary<string, string> NoElements = new Dictionary<string, string>();

    public bool IsFilledByKernel => Declaration.Contains("dynamic", StringComparison.Ordinal);
}

/// <summary>A UDP front (address null: any address of the node) and an endpoint it may lead to.</summary>
public readonly record struct UdpRoute(string? Address, int Port, string EndpointAddress, int EndpointPort);

/// <summary>What brings the kernel from one ruleset to another.</summary>
/// <param name="Batch">Commands of nft's language, to be applied in one transaction; empty if nothing changes.</param>
/// <param name="StaleUdp">Routes whose connections must be forgotten afterwards: UDP has no end that would do it.</param>
public sealed record NftChanges(string Batch, IReadOnlyList<UdpRoute> StaleUdp)
{
    public bool IsEmpty => Batch.Length == 0 && StaleUdp.Count == 0;
}
