using Coppice.Network.Netns;

namespace Coppice.Network.Nftables;

/// <summary>The nftables tables of this network namespace, whoever made them.</summary>
public static class NftTableNames
{
    /// <summary>The names of those of the families that ours are of; none where nftables cannot be used.</summary>
    public static async Task<IReadOnlySet<string>> NamesAsync()
    {
        using var thread = NamespaceThread.Start(null, "nftables");
        return await thread.RunAsync(Names);
    }

    private static HashSet<string> Names()
    {
        using var nft = (INftRunner?)LibNftables.TryOpen() ?? new NftCommand();
        var lines = (nft.Read("list tables", hasElements: false) ?? "").Split('\n');
        return [.. lines.Select(line => line.Split(' ')).Where(words => words is ["table", "ip" or "ip6", _]).Select(words => words[2])];
    }
}
