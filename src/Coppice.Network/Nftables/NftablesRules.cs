using Coppice.Network.Netns;

namespace Coppice.Network.Nftables;

/// <summary>
/// The node's kernel. Owns one nftables table of each family and nothing else: other tables are neither read nor changed. All calls are done one
/// after another on a thread of its own, which is in the network namespace that the rules are for.
/// </summary>
public sealed class NftablesRules : IServiceRules, IAsyncDisposable
{
    private readonly NamespaceThread _thread;

    // Of each family, whether it is used or not: what an earlier run left of one that is not must go.
    private readonly IReadOnlyDictionary<NftFamily, KernelTable> _tables;
    private readonly IReadOnlyList<KernelTable> _used;
    private bool _areOthersGone;

    /// <param name="table">The tables' name; a letter, then letters, digits and '_'.</param>
    /// <param name="namespacePath">The network namespace to work in, or null for this process's own.</param>
    /// <param name="families">Those that rules are applied of; null for IPv4 alone.</param>
    public NftablesRules(string table, string? namespacePath = null, IReadOnlyList<NftFamily>? families = null)
    {
        if (table.Length == 0 || !char.IsAsciiLetter(table[0]) || !table.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
        {
            throw new ArgumentException($"'{table}' is no name for a table: a letter, then letters, digits and '_'.", nameof(table));
        }

        _tables = NftFamily.All.ToDictionary(family => family, family => new KernelTable(family, table));
        _used = [.. (families ?? [NftFamily.V4]).Select(family => _tables[family])];
        _thread = NamespaceThread.Start(namespacePath, "nftables");
    }

    public async ValueTask<IReadOnlyList<RuleWarning>> ApplyAsync(NftTable desired, CancellationToken stop)
    {
        var (stale, refused) = await _thread.RunAsync(() =>
        {
            RemoveOthers();
            return (_tables[desired.Family].Apply(desired), _tables[desired.Family].Refused);
        });

        // Not waited for: packets meet the new rules already, and the thread does it before anything else.
        if (stale.Count > 0)
        {
            _ = _thread.RunAsync(() => Conntrack.Forget(stale, desired.Family));
        }

        return refused;
    }

    public async ValueTask<string?> RestoreAsync(CancellationToken stop) =>
        await _thread.RunAsync(() => _used.Select(table => table.Restore()).OfType<string>().ToList()) is { Count: > 0 } restored ? restored[0] : null;

    public Task WatchAsync(Action changed, CancellationToken stop) => Task.WhenAll(_used.Select(table => WatchAsync(table, changed, stop)));

    public async ValueTask RemoveAsync(CancellationToken stop) => await _thread.RunAsync(() =>
    {
        foreach (var table in _tables.Values)
        {
            table.Remove();
        }

        return true;
    });

    public async ValueTask DisposeAsync()
    {
        await _thread.RunAsync(() =>
        {
            foreach (var table in _tables.Values)
            {
                table.Dispose();
            }

            return true;
        });
        _thread.Dispose();
    }

    private async Task WatchAsync(KernelTable table, Action changed, CancellationToken stop)
    {
        if (await _thread.RunAsync(table.Subscribe) is not { } changes)
        {
            // The kernel does not tell us: what somebody does is found when the rules are looked at.
            return;
        }

        while (true)
        {
            await changes.WaitAsync(stop);
            if (await _thread.RunAsync(table.ReceiveChanges))
            {
                changed();
            }
        }
    }

    private void RemoveOthers()
    {
        foreach (var table in _areOthersGone ? [] : _tables.Values.Except(_used))
        {
            table.Remove();
        }

        _areOthersGone = true;
    }
}
