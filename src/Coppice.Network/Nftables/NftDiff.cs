using System.Text;

namespace Coppice.Network.Nftables;

/// <summary>
/// Writes the commands that bring our table from one ruleset to another. What is the same on both sides is not mentioned, so the
/// cost of a change follows its size, not the size of the cluster. Pure.
/// </summary>
public static class NftDiff
{
    /// <summary>Replaces whatever the table holds. One transaction: packets meet either the old rules or the new ones.</summary>
    public static NftChanges Replace(string table, NftTable desired) =>
        new($"{Delete(desired.Family, table)}add table {desired.Family} {table}\n{Between(table, NftTable.Empty, desired).Batch}", []);

    /// <summary>Deletes the table whether it exists or not.</summary>
    public static string Delete(NftFamily family, string table) => $"add table {family} {table}\ndelete table {family} {table}\n";

    public static NftChanges Between(string table, NftTable current, NftTable desired)
    {
        var batch = new StringBuilder();
        var at = $"{desired.Family} {table}";
        // Where it is known how one came from the other, nothing else is looked at.
        var step = desired.Step?.IsFrom(current) == true ? desired.Step : null;
        var (chains, sets) = (step?.Chains.ToList(), step?.Elements.Keys.ToList());
        var deleted = Gone(current.Chains, desired.Chains, chains);

        // 1. Everything that others may name: sets and chains.
        foreach (var set in New(current.Sets, desired.Sets, sets))
        {
            batch.Append($"add {set.Kind} {at} {set.Name} {{ {set.Declaration} }}\n");
        }

        foreach (var chain in New(current.Chains, desired.Chains, chains))
        {
            batch.Append($"add chain {at} {chain.Name}{(chain.Hook is null ? "" : $" {{ {chain.Hook} }}")}\n");
        }

        // 2. The rules; a chain that changed is written anew.
        foreach (var chain in Changed(current.Chains, desired.Chains, chains))
        {
            if (current.Chains.ContainsKey(chain.Name))
            {
                batch.Append($"flush chain {at} {chain.Name}\n");
            }

            foreach (var rule in chain.Rules)
            {
                batch.Append($"add rule {at} {chain.Name} {rule}\n");
            }
        }

        // 3. The elements, now that the chains they lead to are there.
        foreach (var name in InOrder(sets ?? desired.Sets.Keys))
        {
            if (desired.Sets.TryGetValue(name, out var set))
            {
                WriteElements(batch, at, current.Sets.GetValueOrDefault(name), set, step?.Elements[name]);
            }
        }

        // 4. What nothing leads to any more.
        WriteDeleted(batch, at, deleted);
        foreach (var set in Gone(current.Sets, desired.Sets, sets))
        {
            batch.Append($"delete {set.Kind} {at} {set.Name}\n");
        }

        return new NftChanges(batch.ToString(), Stale(current.UdpRoutes, desired.UdpRoutes));
    }

    // All are emptied first, since they may name each other.
    private static void WriteDeleted(StringBuilder batch, string at, List<NftChain> chains)
    {
        foreach (var chain in chains)
        {
            batch.Append($"flush chain {at} {chain.Name}\n");
        }

        foreach (var chain in chains)
        {
            batch.Append($"delete chain {at} {chain.Name}\n");
        }
    }

    /// <param name="at">The family and name of the table.</param>
    /// <param name="keys">Those that may be different; null for any.</param>
    private static void WriteElements(StringBuilder batch, string at, NftSet? current, NftSet desired, IReadOnlySet<string>? keys)
    {
        if (ReferenceEquals(current?.Elements, desired.Elements))
        {
            return;
        }

        var before = current?.Elements ?? NftSet.NoElements;
        var gone = new List<string>();
        var added = new List<string>();
        foreach (var key in keys ?? before.Keys)
        {
            if (before.TryGetValue(key, out var was) && !(desired.Elements.TryGetValue(key, out var now) && now == was))
            {
                gone.Add(key);
            }
        }

        foreach (var key in keys ?? desired.Elements.Keys)
        {
            if (desired.Elements.TryGetValue(key, out var value) && !(before.TryGetValue(key, out var was) && was == value))
            {
                added.Add(value.Length == 0 ? key : $"{key} : {value}");
            }
        }

        WriteElements(batch, "delete", at, desired.Name, gone);
        WriteElements(batch, "add", at, desired.Name, added);
    }

    private static void WriteElements(StringBuilder batch, string verb, string at, string set, List<string> elements)
    {
        if (elements.Count == 0)
        {
            return;
        }

        elements.Sort(StringComparer.Ordinal);
        batch.Append($"{verb} element {at} {set} {{ ").AppendJoin(", ", elements).Append(" }\n");
    }

    private static List<UdpRoute> Stale(IReadOnlyDictionary<UdpRoute, int> current, IReadOnlyDictionary<UdpRoute, int> desired)
    {
        if (ReferenceEquals(current, desired))
        {
            return [];
        }

        var stale = current.Keys.Where(route => !desired.ContainsKey(route)).ToList();
        stale.Sort((a, b) => string.CompareOrdinal(a.ToString(), b.ToString()));
        return stale;
    }

    private static List<NftChain> Changed(
        IReadOnlyDictionary<string, NftChain> current, IReadOnlyDictionary<string, NftChain> desired, IReadOnlyList<string>? names)
    {
        var changed = new List<NftChain>();
        foreach (var name in InOrder(names ?? desired.Keys))
        {
            if (desired.TryGetValue(name, out var chain)
                && !(current.TryGetValue(name, out var before) && (ReferenceEquals(before, chain) || before.Rules.SequenceEqual(chain.Rules))))
            {
                changed.Add(chain);
            }
        }

        return changed;
    }

    private static IEnumerable<T> New<T>(IReadOnlyDictionary<string, T> current, IReadOnlyDictionary<string, T> desired, IReadOnlyList<string>? names) =>
        InOrder((names ?? desired.Keys).Where(name => desired.ContainsKey(name) && !current.ContainsKey(name))).Select(name => desired[name]);

    private static List<T> Gone<T>(IReadOnlyDictionary<string, T> current, IReadOnlyDictionary<string, T> desired, IReadOnlyList<string>? names) =>
        [.. InOrder((names ?? current.Keys).Where(name => current.ContainsKey(name) && !desired.ContainsKey(name))).Select(name => current[name])];

    private static IOrderedEnumerable<string> InOrder(IEnumerable<string> names) => names.Order(StringComparer.Ordinal);
}
