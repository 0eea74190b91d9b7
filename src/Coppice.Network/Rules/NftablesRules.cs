using Coppice.Network.Namespaces;

namespace Coppice.Network.Rules;

/// <summary>
/// The node's kernel. Owns one nftables table and nothing else: other tables are neither read nor changed. All calls are done one
/// after another on a thread of its own, which is in the network namespace that the rules are for.
/// </summary>
public sealed class NftablesRules : IServiceRules, IAsyncDisposable
{
    private readonly NamespaceThread _thread;
    private readonly string _table;

    // Both are touched on the thread only. Null: the kernel's state is not known, and is replaced by the next change.
    private INftRunner? _nft;
    private Ruleset? _applied;
    private Ruleset? _desired;

    /// <param name="table">The table's name, family ip; a letter, then letters, digits and '_'.</param>
    /// <param name="namespacePath">The network namespace to work in, or null for this process's own.</param>
    public NftablesRules(string table, string? namespacePath = null)
    {
        if (table.Length == 0 || !char.IsAsciiLetter(table[0]) || !table.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
        {
            throw new ArgumentException($"'{table}' is no name for a table: a letter, then letters, digits and '_'.", nameof(table));
        }

        _table = table;
        _thread = NamespaceThread.Start(namespacePath, "nftables");
    }

    public async ValueTask ApplyAsync(Ruleset desired, CancellationToken stop)
    {
        var stale = await _thread.RunAsync(() => Apply(desired));
        // Not waited for: packets meet the new rules already, and the thread does it before anything else.
        if (stale.Count > 0)
        {
            _ = _thread.RunAsync(() => Conntrack.Forget(stale));
        }
    }

    public async ValueTask<bool> RestoreAsync(CancellationToken stop) => await _thread.RunAsync(() =>
    {
        if (_desired is null || (_applied is not null && Nft.Run($"list chain ip {_table} {RuleNames.Services}") is null))
        {
            return false;
        }

        _applied = null;
        Apply(_desired);
        return true;
    });

    public async ValueTask RemoveAsync(CancellationToken stop) => await _thread.RunAsync(() =>
    {
        _applied = _desired = null;
        return Nft.Run(RuleDiff.Delete(_table)) is { } error ? throw new RulesException($"The table {_table} could not be removed: {error}") : true;
    });

    public async ValueTask DisposeAsync()
    {
        await _thread.RunAsync(() =>
        {
            _nft?.Dispose();
            return true;
        });
        _thread.Dispose();
    }

    private INftRunner Nft => _nft ??= (INftRunner?)LibNftables.TryOpen() ?? new NftCommand();

    private IReadOnlyList<UdpRoute> Apply(Ruleset desired)
    {
        _desired = desired;
        if (_applied is { } applied)
        {
            var changes = RuleDiff.Between(_table, applied, desired);
            if (changes.Batch.Length == 0 || Nft.Run(changes.Batch) is null)
            {
                _applied = desired;
                return changes.StaleUdp;
            }
            // Somebody else changed our table: what is there is not known any more, so it is replaced whole.
            _applied = null;
        }

        if (Nft.Run(RuleDiff.Replace(_table, desired).Batch) is { } error)
        {
            throw new RulesException($"The service rules could not be applied: {error}");
        }

        _applied = desired;
        return [];
    }
}
