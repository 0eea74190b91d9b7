using Coppice.Network.Netns;

namespace Coppice.Network.Nftables;

/// <summary>
/// The node's kernel. Owns one nftables table and nothing else: other tables are neither read nor changed. All calls are done one
/// after another on a thread of its own, which is in the network namespace that the rules are for.
/// </summary>
public sealed class NftablesRules : IServiceRules, IAsyncDisposable
{
    private readonly NamespaceThread _thread;
    private readonly KernelTable _table;

    /// <param name="table">The table's name, family ip; a letter, then letters, digits and '_'.</param>
    /// <param name="namespacePath">The network namespace to work in, or null for this process's own.</param>
    public NftablesRules(string table, string? namespacePath = null)
    {
        if (table.Length == 0 || !char.IsAsciiLetter(table[0]) || !table.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
        {
            throw new ArgumentException($"'{table}' is no name for a table: a letter, then letters, digits and '_'.", nameof(table));
        }

        _table = new KernelTable(table);
        _thread = NamespaceThread.Start(namespacePath, "nftables");
    }

    public async ValueTask<IReadOnlyList<RuleWarning>> ApplyAsync(NftTable desired, CancellationToken stop)
    {
        var (stale, refused) = await _thread.RunAsync(() => (_table.Apply(desired), _table.Refused));
        // Not waited for: packets meet the new rules already, and the thread does it before anything else.
        if (stale.Count > 0)
        {
            _ = _thread.RunAsync(() => Conntrack.Forget(stale));
        }

        return refused;
    }

    public async ValueTask<string?> RestoreAsync(CancellationToken stop) => await _thread.RunAsync(_table.Restore);

    public async Task WatchAsync(Action changed, CancellationToken stop)
    {
        if (await _thread.RunAsync(_table.Subscribe) is not { } changes)
        {
            // The kernel does not tell us: what somebody does is found when the rules are looked at.
            return;
        }

        while (true)
        {
            await changes.WaitAsync(stop);
            if (await _thread.RunAsync(_table.ReceiveChanges))
            {
                changed();
            }
        }
    }

    public async ValueTask RemoveAsync(CancellationToken stop) => await _thread.RunAsync(() =>
    {
        _table.Remove();
        return true;
    });

    public async ValueTask DisposeAsync()
    {
        await _thread.RunAsync(() =>
        {
            _table.Dispose();
            return true;
        });
        _thread.Dispose();
    }
}
