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
        new($"{Delete(table)}add table ip {table}\n{Between(table, NftTable.Empty, desired).Batch}", []);

    /// <summary>Deletes the table whether it exists or not.</summary>
    public static string Delete(string table) => $"add table ip {table}\ndelete table ip {table}\n";

    public static NftChanges Between(string table, NftTable current, NftTable desired)
    {
        var batch = new StringBuilder();
        var deleted = Gone(current.Chains, desired.Chains);

        // 1. Everything that others may name: sets and chains.
        foreach (var set in New(current.Sets, desired.Sets))
        {
            batch.Append($"add {set.Kind} ip {table} {set.Name} {{ {set.Declaration} }}\n");
        }

        foreach (var chain in New(current.Chains, desired.Chains))
        {
            batch.Append($"add chain ip {table} {chain.Name}{(chain.Hook is null ? "" : $" {{ {chain.Hook} }}")}\n");
        }

        // 2. The rules; a chain that changed is written anew.
        foreach (var chain in Changed(current.Chains, desired.Chains))
        {
            if (current.Chains.ContainsKey(chain.Name))
            {
                batch.Append($"flush chain ip {table} {chain.Name}\n");
            }

            foreach (var rule in chain.Rules)
            {
                batch.Append($"add rule ip {table} {chain.Name} {rule}\n");
            }
        }

        // 3. The elements, now that the chains they lead to are there.
        foreach (var (_, set) in InOrder(desired.Sets))
        {
            WriteElements(batch, table, current.Sets.GetValueOrDefault(set.Name), set);
        }

        // 4. What nothing leads to any more. All are emptied first, since they may name each other.
        foreach (var chain in deleted)
        {
            batch.Append($"flush chain ip {table} {chain.Name}\n");
        }

        foreach (var chain in deleted)
        {
            batch.Append($"delete chain ip {table} {chain.Name}\n");
        }

        foreach (var set in Gone(current.Sets, desired.Sets))
        {
            batch.Append($"delete {set.Kind} ip {table} {set.Name}\n");
        }

        return new NftChanges(batch.ToString(), Stale(current.UdpRoutes, desired.UdpRoutes));
    }

    private static void WriteElements(StringBuilder batch, string table, NftSet? current, NftSet desired)
    {
        if (ReferenceEquals(current?.Elements, desired.Elements))
        {
            return;
        }

        var gone = new List<string>();
        var added = new List<string>();
        foreach (var (key, value) in current?.Elements ?? NftSet.NoElements)
        {
            if (!desired.Elements.TryGetValue(key, out var now) || now != value)
            {
                gone.Add(key);
            }
        }

        foreach (var (key, value) in desired.Elements)
        {
            if (current is null || !current.Elements.TryGetValue(key, out var before) || before != value)
            {
                added.Add(value.Length == 0 ? key : $"{key} : {value}");
            }
        }

        WriteElements(batch, "delete", table, desired.Name, gone);
        WriteElements(batch, "add", table, desired.Name, added);
    }

    private static void WriteElements(StringBuilder batch, string verb, string table, string set, List<string> elements)
    {
        if (elements.Count == 0)
        {
            return;
        }

        elements.Sort(StringComparer.Ordinal);
        batch.Append($"{verb} element ip {table} {set} {{ ").AppendJoin(", ", elements).Append(" }\n");
    }

    private static List<UdpRoute> Stale(IReadOnlySet<UdpRoute> current, IReadOnlySet<UdpRoute> desired)
    {
        var stale = current.Where(route => !desired.Contains(route)).ToList();
        stale.Sort((a, b) => string.CompareOrdinal(a.ToString(), b.ToString()));
        return stale;
    }

    private static List<NftChain> Changed(IReadOnlyDictionary<string, NftChain> current, IReadOnlyDictionary<string, NftChain> desired)
    {
        var changed = new List<NftChain>();
        foreach (var chain in desired.Values)
        {
            if (!current.TryGetValue(chain.Name, out var before))
            {
                changed.Add(chain);
            }
            else if (!ReferenceEquals(before, chain) && !before.Rules.SequenceEqual(chain.Rules))
            {
                changed.Add(chain);
            }
        }

        changed.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        return changed;
    }

    private static IEnumerable<T> New<T>(IReadOnlyDictionary<string, T> current, IReadOnlyDictionary<string, T> desired) =>
        InOrder(desired.Where(entry => !current.ContainsKey(entry.Key))).Select(entry => entry.Value);

    private static List<T> Gone<T>(IReadOnlyDictionary<string, T> current, IReadOnlyDictionary<string, T> desired) =>
        [.. InOrder(current.Where(entry => !desired.ContainsKey(entry.Key))).Select(entry => entry.Value)];

    private static IOrderedEnumerable<KeyValuePair<string, T>> InOrder<T>(IEnumerable<KeyValuePair<string, T>> entries) =>
        entries.OrderBy(entry => entry.Key, StringComparer.Ordinal);
}
